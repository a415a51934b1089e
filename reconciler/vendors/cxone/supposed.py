"""The ids of the calls that are supposed to exist, as a project lists them under `assumed`."""

CREATE_ROLE, WRITE_ROLE = "A1", "A2"
ALL = {
    CREATE_ROLE: "POST /authorization/v1/roles creates a role",
    WRITE_ROLE: "PUT /authorization/v1/roles/{roleId} changes a role, its status too",
}
"""Those that are built; the catalogue of permissions and a role's history are not read yet."""
