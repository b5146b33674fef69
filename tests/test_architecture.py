"""The house rules, checked on the text of the product. A failure names the file and the line."""
import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from hotline.checks import all_routes, audience_of

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ["hotline", "portal", "insights", "followup", "dispatch", "suggesting", "tickets", "notices", "accounts"]  # may import right
SIDE_BY_SIDE = {"knowledge": {"notices", "accounts"}}  # beside tickets: no arrow to or from it
APPS = [*LAYERS, *SIDE_BY_SIDE]
EDGES = {"views.py", "list_views.py", "clock_views.py", "api.py", "tasks.py", "middleware.py"}  # where a request or a task comes in
CLOCK_READERS = {"now", "utcnow", "today", "localtime", "localdate", "database_now", "time", "clock_timestamp"}
CLOCK_MODULES = {"datetime", "date", "timezone", "time", "instant"}
VAGUE = {"core", "common", "utils", "util", "helpers", "helper", "misc", "base", "shared", "lib"}
LONGEST_FILE, LONGEST_FUNCTION = 400, 40


@cache
def sources() -> list[tuple[Path, str, ast.Module]]:
    """(path from the root, app, syntax tree) of every file of the product; migrations are history, not code."""
    found = []
    for path in sorted(ROOT.glob("*/**/*.py")):
        relative = path.relative_to(ROOT)
        if relative.parts[0] in APPS and "migrations" not in relative.parts:
            found.append((relative, relative.parts[0], ast.parse(path.read_text(), filename=str(relative))))
    return found


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, (node.module or "").split(".")[0]
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.Call) and _name(node.func) in {"import_module", "import_string", "get_model"} \
                and node.args and isinstance(node.args[0], ast.Constant):
            yield node.lineno, str(node.args[0].value).split(".")[0]


def allowed(app: str) -> set[str]:
    if app in SIDE_BY_SIDE:
        return SIDE_BY_SIDE[app] | {app}
    below = set(LAYERS[LAYERS.index(app):])
    return below | ({"knowledge"} if LAYERS.index(app) < LAYERS.index("tickets") else set())


def _name(node: ast.AST) -> str:
    """The last word of a dotted name: `timezone.now` -> "now"."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_imports_point_down():
    wrong = [f"{path}:{line}: {app} imports {other}"
             for path, app, tree in sources() for line, other in imported(tree)
             if other in APPS and other not in allowed(app)]
    assert wrong == []


def reads_the_clock(tree: ast.Module) -> Iterator[int]:
    """Calls of now(), today(), time.time() and the like. Functions that only measure a span (monotonic) may pass."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := _name(node.func)) in CLOCK_READERS:
            if name in {"localtime", "localdate"} and node.args:
                continue  # only shows a given instant in local time
            if isinstance(node.func, ast.Name):
                if name in {"database_now", "now", "localtime", "localdate"}:
                    yield node.lineno
            elif isinstance(node.func, ast.Attribute) and _name(node.func.value) in CLOCK_MODULES:
                yield node.lineno


def test_only_the_edges_read_the_clock():
    wrong = [f"{path}:{line}: reads the clock; take `now` as an argument"
             for path, app, tree in sources()
             if app != "hotline" and path.name not in EDGES and "commands" not in path.parts
             and path.as_posix() != "accounts/instant.py" for line in reads_the_clock(tree)]
    assert wrong == []


def assigns_state(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else \
            [node.target] if isinstance(node, (ast.AugAssign, ast.AnnAssign)) else []
        flat = [part for target in targets for part in (target.elts if isinstance(target, ast.Tuple) else [target])]
        if any(isinstance(target, ast.Attribute) and target.attr == "state" for target in flat):
            yield node.lineno
        if isinstance(node, ast.Call):
            words = {keyword.arg for keyword in node.keywords}
            if _name(node.func) == "update" and "state" in words:
                yield node.lineno
            if _name(node.func) == "setattr" and len(node.args) > 1 \
                    and isinstance(node.args[1], ast.Constant) and node.args[1].value == "state":
                yield node.lineno


def test_only_the_machine_changes_a_state():
    wrong = [f"{path}:{line}: assigns a state; ask move() for it"
             for path, _app, tree in sources() for line in assigns_state(tree)]
    assert wrong == []


def receives_signals(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for decorator in node.decorator_list:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                if _name(called) in {"receiver", "connect"}:
                    yield decorator.lineno
        elif isinstance(node, ast.Call) and _name(node.func) == "connect" and isinstance(node.func, ast.Attribute):
            owner = _name(node.func.value)
            if owner.startswith(("pre_", "post_", "m2m_", "user_logged", "user_login", "request_")):
                yield node.lineno


def test_nobody_listens_to_signals():
    wrong = [f"{path}:{line}: a signal receiver; call what you mean"
             for path, _app, tree in sources() for line in receives_signals(tree)]
    assert wrong == []


def test_every_page_says_who_may_see_it():
    assert [route for route, view in all_routes() if audience_of(view) is None] == []


def test_no_file_is_too_long():
    files = [*ROOT.glob("*.py"), *(ROOT / path for path, _app, _tree in sources()), *(ROOT / "tests").rglob("*.py"),
             *(ROOT / "bench").rglob("*.py")]
    lengths = {file: len(file.read_text().splitlines()) for file in files}
    assert [f"{file.relative_to(ROOT)}: {length} lines" for file, length in lengths.items()
            if length > LONGEST_FILE] == []


def test_no_function_is_too_long():
    wrong = [f"{path}:{node.lineno}: {node.name} has {length} lines"
             for path, _app, tree in sources() for node in ast.walk(tree)
             if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
             and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION]
    assert wrong == []


def test_every_module_has_a_name_that_says_what_is_in_it():
    wrong = [str(path) for path, _app, _tree in sources() if {path.stem, *path.parts[:-1]} & VAGUE]
    assert wrong == []


def test_rows_are_ordered_where_they_are_shown():
    wrong = [f"{path}:{line.lineno}: Meta.ordering"
             for path, _app, tree in sources() for node in ast.walk(tree)
             if isinstance(node, ast.ClassDef) and node.name == "Meta"
             for line in node.body if isinstance(line, ast.Assign) and _name(line.targets[0]) == "ordering"]
    assert wrong == []


def locks_a_join(tree: ast.Module) -> Iterator[int]:
    """select_for_update() of a join without of=("self",) locks every joined row too, and in another order elsewhere."""
    for node in ast.walk(tree):
        if (isinstance(node, (ast.Assign, ast.Return, ast.Expr))
                and any(isinstance(part, ast.Attribute) and part.attr == "select_for_update" for part in ast.walk(node))
                and "of=" not in (text := ast.unparse(node))
                and re.search(r"select_related|visible_to|\bTicket\.objects", text)):
            yield node.lineno


def test_rows_are_locked_by_naming_the_table():
    assert [f"{path}:{line}: select_for_update without of=" for path, _app, tree in sources() for line in locks_a_join(tree)] == []


def test_environment_is_read_in_settings_only():
    """Apps ask settings. What runs before Django exists, or only inside a container, is listed here."""
    before_django = {"home.py", "embedded.py", "install.py", "supervise.py", "settings.py", "wsgi.py", "celery.py"}
    wrong = [f"{path}: reads os.environ" for path, app, tree in sources()
             if not (app == "hotline" and path.name in before_django)
             and any(isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} for node in ast.walk(tree))]
    assert wrong == []


@pytest.mark.parametrize(("check", "text"), [
    (reads_the_clock, "from django.utils import timezone\nx = timezone.now()"),
    (reads_the_clock, "x = datetime.now(tz)"),
    (reads_the_clock, "x = database_now()"),
    (reads_the_clock, "x = time.time()"),
    (assigns_state, "ticket.state = 'archived'"),
    (assigns_state, "a, ticket.state = 1, 2"),
    (assigns_state, "Ticket.objects.filter(pk=1).update(state='archived')"),
    (assigns_state, "setattr(ticket, 'state', 'archived')"),
    (receives_signals, "@receiver(post_save)\ndef f(): ..."),
    (locks_a_join, "row = Ticket.objects.select_for_update().get(pk=1)"),
    (receives_signals, "post_save.connect(f)"),
])
def test_the_rules_themselves_notice(check, text):
    assert list(check(ast.parse(text)))


def test_no_state_is_written_by_raw_sql():
    pattern = re.compile(r"(?is)update\s+tickets_ticket\s+set[^\"']*\bstate\s*=")
    assert [str(path) for path, _app, _tree in sources() if pattern.search((ROOT / path).read_text())] == []
