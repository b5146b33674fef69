import re

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.units import load_units


def test_the_first_administrator_is_made_by_a_command(db, capsys):
    load_units()

    call_command("create_admin", "Root", "--name", "管理员")

    user = User.objects.get(username="root")
    password = re.search(r"shown only now\): (\S+)", capsys.readouterr().out).group(1)
    assert user.check_password(password)
    assert user.must_change_password
    assert user.roles == {"AD"}
    assert not user.is_superuser
    assert not user.is_staff


def test_without_units_it_says_what_to_do(db):
    with pytest.raises(CommandError, match="load_reference"):
        call_command("create_admin", "root")


def test_a_name_that_is_taken_is_refused(db):
    load_units()
    call_command("create_admin", "root")

    with pytest.raises(CommandError):
        call_command("create_admin", "ROOT")
