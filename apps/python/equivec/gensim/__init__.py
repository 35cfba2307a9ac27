"""gensim 4's KeyedVectors, Word2Vec and Phrases over equivec: the same names, arguments and answers.

>>> from equivec.gensim import Word2Vec
>>> model = Word2Vec([["to", "be", "or", "not", "to", "be"]] * 50, vector_size=8, min_count=1, sample=0)
>>> model.wv.most_similar("be", topn=1)[0][0] in ("to", "or", "not")
True

The arguments mean what they mean in gensim. What differs is said where it does.
"""

from ._exchange import from_gensim, to_gensim
from ._keyed_vectors import KeyedVectors
from ._phrases import ENGLISH_CONNECTOR_WORDS, FrozenPhrases, Phraser, Phrases, npmi_scorer, original_scorer
from ._word2vec import CallbackAny2Vec, Word2Vec

__all__ = ["CallbackAny2Vec", "ENGLISH_CONNECTOR_WORDS", "FrozenPhrases", "KeyedVectors", "Phraser", "Phrases",
           "Word2Vec", "from_gensim", "npmi_scorer", "original_scorer", "to_gensim"]
for _name in __all__:  # for users they stand here, whatever the file
    if callable(globals()[_name]):
        globals()[_name].__module__ = "equivec.gensim"
del _name
