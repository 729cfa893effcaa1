"""``nox-release init-ci``: workflows that call the sessions, for GitHub Actions, Azure Pipelines and GitLab CI."""
