"""What is true at every visit: scores as functions of latent normals, under the arm received."""
