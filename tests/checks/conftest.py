"""What the tests of the checks share."""

import pytest

from tempcourse.checks import check


@pytest.fixture
def say(capsys):
    """Return what a check prints."""

    def say(number, answer):
        assert check(number, answer) is None
        captured = capsys.readouterr()
        assert captured.err == ""
        return captured.out

    return say
