"""The whole program under fire: people ask, everything that can go wrong does, and what came of it is judged."""
