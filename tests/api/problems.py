"""What every error answer of the API must look like."""


def assert_problem(response, status, **members):
    """The answer is problem JSON with this status and these members; returns its body."""
    assert response.status_code == status, (response.status_code, response.content[:500])
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert {"type", "title", "status", "detail", "instance"} <= set(problem)
    assert problem["status"] == status
    assert problem["type"].startswith("urn:problem-type:hotline:")
    assert problem["instance"].startswith("/api/")
    assert problem["title"] and problem["detail"]
    assert {name: problem.get(name) for name in members} == members
    return problem
