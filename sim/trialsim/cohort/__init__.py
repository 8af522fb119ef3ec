"""Who enters the trial: baseline characteristics as transforms of standard normals."""
