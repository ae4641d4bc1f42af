"""Load ja_ginza for its named entities only, and run it faster than by default.

Four things differ from the default; the entities are the same:

- NumPy multiplies matrices: its OpenBLAS takes a third of the time of spaCy's BLIS.
- The entity recogniser's loop over words runs in Python and keeps the interpreter's lock: spaCy's own
    releases and
  acquires it several hundred times a word.  The best-scored of its 758 moves is mostly valid, so only that
  one is checked.
- The dictionary of a million strings is not loaded: the strings of a call's words are added as they come.
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

UNUSED = ("parser", "morphologizer", "compound_splitter", "bunsetu_recognizer", "attribute_ruler")
"""Components that are not loaded: the entities are the same without them, and loading takes a third of the
time."""

UNREAD = ("strings", "lookups")
"""Parts of the vocabulary that entities do not depend on."""

FACTORY = "kaiji_ner"


class _SteppingRecognizer(EntityRecognizer):  # type: ignore[misc]  # spaCy's compiled modules have no types
    """spaCy's entity recogniser with another loop over the words."""

    def greedy_parse(self, docs: Iterable[Doc], drop: float = 0.0) -> list[Any]:  # noqa: ARG002  # the base's
        """Apply the best valid move at every word, as the base class does.

        Args:
            docs: Documents.
            drop: Dropout rate; used in training only.

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
    """Load the pipeline (about 0.3 s); from then on NumPy's matrix products run on one thread.

    Returns:
        A pipeline of tokens and entities only.
    """
    import spacy

    use_blas_threads(1)
    with use_ops("numpy", use_blis=False):
        nlp = spacy.load("ja_ginza", exclude=[*UNUSED, *UNREAD], config={"components.ner.factory": FACTORY})
    nlp.vocab.vectors.key2row = VectorRows(nlp.vocab.vectors.key2row)
    return nlp
