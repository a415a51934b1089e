"""What Webex documents about profiles, collections and users, one subject a module."""
