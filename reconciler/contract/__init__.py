"""What a vendor brings, in four parts, and how it is found."""
