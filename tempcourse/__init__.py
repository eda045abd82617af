"""Softmax, temperature and what follows from them: the tested helper package of the course."""
