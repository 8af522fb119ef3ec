"""Pure array functions, replicate axis first; no randomness, no reading or writing."""
