"""The life of a ticket as a document, drawn from life.py, so that it never says something else than the code."""
from tickets.guards import transitions_of
from tickets.life import Life
from tickets.states import WHOSE_TURN, State
from tickets.winding import CLOCKS


def moves():
    """(name, [sources], target) in the order of the class."""
    grouped: dict[str, tuple[list, str]] = {}
    for name, source, target in transitions_of(Life):
        grouped.setdefault(name, ([], target))[0].append(source)
    return [(name, sources, target) for name, (sources, target) in grouped.items()]


def document():
    lines = ["# The life of a ticket", "", "Drawn from the code by `manage.py draw_states`; do not edit.", "",
             "```mermaid", "stateDiagram-v2", "  [*] --> draft : create"]
    for name, sources, target in moves():
        lines += [f"  {source} --> {target} : {name}" for source in sources]
    lines += ["```", "", "| state | meaning | whose turn |", "|---|---|---|"]
    lines += [f"| `{state.value}` | {state.label} | {WHOSE_TURN[state].label} |" for state in State]
    lines += ["", "| transition | from | to | winds clocks |", "|---|---|---|---|", "| `create` | – | `draft` | yes |"]
    lines += [f"| `{name}` | {', '.join(f'`{source}`' for source in sources)} | `{target}` | {'yes' if CLOCKS[name] else '–'} |"
              for name, sources, target in moves()]
    return "\n".join(lines) + "\n"
