"""The ids of the calls that are supposed to exist, as a project lists them under `assumed`."""

CREATE_ROLE, WRITE_ROLE, LIST_PERMISSIONS, ROLE_HISTORY = "A1", "A2", "A3", "A4"
ALL = {
    CREATE_ROLE: "POST /authorization/v1/roles creates a role",
    WRITE_ROLE: "PUT /authorization/v1/roles/{roleId} changes a role, its status too",
    LIST_PERMISSIONS: "GET /authorization/v1/permissions lists the permissions that there are",
    ROLE_HISTORY: "POST /authorization/v1/roles/{roleId}/history/search returns who changed a role",
}
