from __future__ import annotations

import pytest
import spacy
from spacy.language import Language

from models.language.blas import blas_threads, use_blas_threads
from models.language.ginza import UNUSED, load_ginza

TEXTS = (
    "お電話ありがとうございます。日本橋商事の佐藤でございます。\nあの、田中一郎と申しますが、昨日の三時に。",
    "住所は東京都千代田区丸の内一丁目で、電話番号は03-1234-5678です。\n福岡県の山本さんに三万円払いました。",
    "はい。\n",
    "。",
    "",
    "十月二十日の火曜日に、株式会社みずほと大阪の支店でワタナベさんと木村部長が",
)


@pytest.fixture(scope="module")
def ours() -> Language:
    """The pipeline as the product loads it, in a process that began with two threads."""
    use_blas_threads(2)
    return load_ginza()


def test_the_same_entities_are_found_as_by_spacy_itself(ours: Language) -> None:
    """How it goes from word to word, and who multiplies its matrices, changes no entity."""
    own = spacy.load("ja_ginza", exclude=list(UNUSED))
    found = [[(e.start_char, e.end_char, e.label_, e.text) for e in ours(text).ents] for text in TEXTS]
    assert found == [[(e.start_char, e.end_char, e.label_, e.text) for e in own(text).ents] for text in TEXTS]
    assert sum(map(len, found)) >= 8


def test_a_move_that_is_not_allowed_is_not_made(ours: Language) -> None:
    """At a word already marked as no entity spaCy refuses what scores highest, and so do we."""
    (sure,) = (e for e in ours("田中一郎と申します").ents)
    doc = ours.make_doc("田中一郎と申します")
    doc.set_ents([], blocked=[doc[sure.start : sure.end]])
    for _, component in ours.pipeline:
        doc = component(doc)
    assert not doc.ents


@pytest.mark.usefixtures("ours")
def test_one_call_takes_one_thread() -> None:
    """NumPy's products are on one thread: calls and windows are what is shared out between cores."""
    assert set(blas_threads()) <= {1}
