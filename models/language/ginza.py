"""Load ja_ginza for what it is used for here, its named entities, and no slower than it need be.

Four things are done otherwise than by default; the entities found are the same:
- Matrices are multiplied by NumPy: its OpenBLAS does in a third of the time what spaCy's BLIS does.
- The recogniser's loop over words runs in Python, holding the interpreter's lock: spaCy's own gives it up and
  asks for it again several hundred times a word.  Of its 758 moves most that score highest are allowed,
  so that not each is asked whether it is.
- The dictionary of a million strings is not read: those of a call's words are added as they come.
- The rows of the word vectors are looked up in sorted arrays (``models.language.vector_rows``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from spacy.language import Language
from spacy.pipeline.ner import EntityRecognizer
from thinc.api import use_ops

from models.language.blas import use_blas_threads
from models.language.vector_rows import VectorRows

if TYPE_CHECKING:
    from spacy.tokens import Doc

__all__ = ["load_ginza"]

UNUSED = ("parser", "morphologizer", "compound_splitter", "bunsetu_recognizer", "attribute_ruler")
"""Components that are not loaded: the entities are the same without them, and loading takes a third of the
time."""

UNREAD = ("strings", "lookups")
"""Parts of the vocabulary that entities do not hang on."""

FACTORY = "kaiji_ner"


class _SteppingRecognizer(EntityRecognizer):  # type: ignore[misc]  # spaCy's compiled modules have no types
    """spaCy's recogniser of entities; only how it goes from word to word is ours."""

    def greedy_parse(self, docs: Iterable[Doc], drop: float = 0.0) -> list[Any]:  # noqa: ARG002  # the base's
        """The best allowed move at every word, as the base takes it.

        Args:
            docs: Documents.
            drop: Share of dropped values; only training has any.

        Returns:
            The final state of each document.
        """
        docs = list(docs)
        self._ensure_labels_are_added(docs)
        states: list[Any] = self.moves.init_batch(docs)
        model = self.model.predict(docs)
        names = self._move_names()
        for state in states:
            while not state.is_final():
                scores = model.predict([state])
                best = names[int(scores[0].argmax())]
                if self.moves.is_valid(state, best):
                    self.moves.apply_transition(state, best)
                else:
                    self.transition_states([state], scores)
        model.clear_memory()
        return states

    def _move_names(self) -> Sequence[str]:
        return [self.moves.get_class_name(number) for number in range(self.moves.n_moves)]


@Language.factory(FACTORY, assigns=["doc.ents", "token.ent_iob", "token.ent_type"])
def _make_recognizer(  # noqa: PLR0913, PLR0917  # spaCy names what its configuration has
    nlp: Language,
    name: str,
    model: Any,
    moves: Any,
    update_with_oracle_cut_size: int,
    incorrect_spans_key: str | None,
    scorer: Callable[..., Any] | None = None,
) -> _SteppingRecognizer:
    return _SteppingRecognizer(
        nlp.vocab,
        model,
        name,
        moves=moves,
        update_with_oracle_cut_size=update_with_oracle_cut_size,
        incorrect_spans_key=incorrect_spans_key,
        scorer=scorer,
    )


def load_ginza() -> Language:
    """Load the pipeline (about 0.3 s); NumPy's matrix products are on one thread from then on.

    Returns:
        Tokens and entities; nothing else is there.
    """
    import spacy

    use_blas_threads(1)
    with use_ops("numpy", use_blis=False):
        nlp = spacy.load("ja_ginza", exclude=[*UNUSED, *UNREAD], config={"components.ner.factory": FACTORY})
    nlp.vocab.vectors.key2row = VectorRows(nlp.vocab.vectors.key2row)
    return nlp
