"""What a course needs of a scenario: worksheets with their keys, guided pages, mystery trials."""
