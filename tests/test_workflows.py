"""The public workflows run what the Makefile has, with no more rights than they need."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.search(r"^\.PHONY: (.*)", (ROOT / "Makefile").read_text(encoding="utf8"), re.MULTILINE)[1].split())


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def workflow(request):
    """A workflow; YAML 1.1 reads its key `on` as true."""
    return yaml.safe_load(request.param.read_text(encoding="utf8"))


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_there_are_the_three():
    assert [path.stem for path in WORKFLOWS] == ["publish", "test", "weekly"]


def test_what_it_makes_can_be_made(workflow):
    for job in workflow["jobs"].values():
        commands = [step["run"] for step in job["steps"] if "run" in step]
        for value in job.get("strategy", {}).get("matrix", {}).get("target", [""]):
            for command in commands:
                program, what = command.replace("${{ matrix.target }}", value).split()
                assert program in ("make", "bash")
                assert what in TARGETS if program == "make" else (ROOT / what).is_file(), f"{program} {what}"


def test_only_the_job_that_publishes_may_write(workflow):
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        writes = {right for right, level in job.get("permissions", {}).items() if level == "write"}
        assert writes == ({"pages", "id-token"} if name == "deploy" else set())
        assert not writes or job["if"] == "github.event_name == 'push'"


def test_it_ends_by_itself_and_does_not_run_twice_at_once(workflow):
    assert all(job["timeout-minutes"] <= 90 for job in workflow["jobs"].values())
    assert workflow["concurrency"]


def test_actions_are_github_s_own_at_a_major_version(workflow):
    for step in steps(workflow):
        assert re.fullmatch(r"actions/[\w-]+@v\d+", step.get("uses", "actions/x@v1"))


def test_what_is_said_of_services_is_looked_at_each_week():
    weekly = yaml.safe_load((ROOT / ".github" / "workflows" / "weekly.yml").read_text(encoding="utf8"))
    assert "providers" in weekly["jobs"]["check"]["strategy"]["matrix"]["target"]
    recipe = (ROOT / "Makefile").read_text(encoding="utf8").partition("\nproviders:")[2].partition("\n\n")[0]
    assert "-m provider_table book/providers.yml" in recipe


def test_the_published_site_is_told_its_address():
    publish = yaml.safe_load((ROOT / ".github" / "workflows" / "publish.yml").read_text(encoding="utf8"))
    build = publish["jobs"]["build"]["steps"]
    [pages] = [step for step in build if step.get("uses", "").startswith("actions/configure-pages@")]
    [make] = [step for step in build if step.get("run") == "make site"]
    assert make["env"]["SITE_URL"] == f"${{{{ steps.{pages['id']}.outputs.base_url }}}}"
    assert {step["with"]["path"] for step in build if "upload" in step.get("uses", "")} == {"_build/site"}
