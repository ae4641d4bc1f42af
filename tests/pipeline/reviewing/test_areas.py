"""What lies near a place is found by its place, and a step looks at all that it touches."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.audio.spans import union
from pipeline.reviewing.areas import TEXT_KEY, Area, Places, area_of, common, extent, masks_over
from pipeline.reviewing.cover import Cover, guarded_masks
from pipeline.reviewing.decisions import ReviewKind
from pipeline.reviewing.fold import apply, effective, lay_out, may_touch
from pipeline.types import MaskAction
from tests.builders import item
from tests.pipeline.reviewing.test_fold import reviewed

SPAN = st.tuples(st.floats(0, 200), st.floats(0, 30)).map(lambda pair: (pair[0], pair[0] + pair[1]))
AREA = st.dictionaries(st.sampled_from([0, 1, TEXT_KEY]), SPAN.map(lambda span: (span,)), max_size=3)


def overlap(one: Area, other: Area) -> bool:
    """Whether two areas share more than an edge, or one is a point inside the other."""
    return any(
        first < end and start < last
        for key in {*one} & {*other}
        for first, last in one[key]
        for start, end in other[key]
    )


@given(st.lists(st.tuples(st.integers(0, 5), AREA), max_size=12), AREA)
def test_near_is_what_overlaps(put: list[tuple[int, Area]], asked: Area):
    """A name that was given another area lies there only; one that was dropped lies nowhere."""
    places: Places[int] = Places()
    known: dict[int, Area] = {}
    for number, (name, area) in enumerate(put):
        if number % 4 == 3:
            places.drop(name)
            known.pop(name, None)
        else:
            places.put(name, area)
            known[name] = area

    assert places.near(asked) == {name for name, area in known.items() if overlap(area, asked)}


@given(reviewed())
def test_a_decision_touches_no_other_item(given_):
    """What ``may_touch`` leaves out is the same object afterwards."""
    plan, made = given_
    board = lay_out(plan)
    for decision in effective(made):
        before = dict(board)
        apply(board, decision)
        touched = {key for key in {*before, *board} if before.get(key) is not board.get(key)}
        assert touched <= set(may_touch(decision))


@given(reviewed())
def test_the_steps_are_those_of_a_look_at_everything(given_):
    """What is silent, lost and released of each guarded mask, computed anew over all items."""
    plan, made = given_
    cover = Cover(guarded_masks(plan), plan)
    for decision in effective(made):
        before = {each.item_id: each for each in cover.found}
        masked_before = {each.item_id: masked(cover, each.whole) for each in cover.found}
        exposed = cover.follow(decision)
        for each in cover.found:
            now = masked(cover, each.whole)
            heard = {key: extent({key: spans}) for key, spans in each.whole.items()}
            silent = extent(common(each.whole, now))
            assert abs(sum(heard.values()) - silent - extent(each.lost) - extent(each.released)) < 1e-3
            assert extent(common(each.lost, now)) == 0
            newly = each.uncovered and extent(common(each.lost, masked_before.get(each.item_id, {}))) > 0
            if each.item_id in before and [o.item_id for o in cover.found].count(each.item_id) == 1:
                assert newly == (each.item_id in exposed)
            if decision.reasoned and each.item_id in before and decision.kind is not ReviewKind.UNDO:
                assert extent(each.lost) <= extent(before[each.item_id].lost) + 1e-3


def masked(cover: Cover, whole: Area) -> Area:
    """What masks cover of an area, by a look at every item."""
    masks = [area_of(one.item) for one in cover.board.values() if one.item.action is MaskAction.MASK]
    return {key: union(span for area in masks for span in area.get(key, ())) for key in whole}


def test_the_masks_over_what_is_kept():
    """On a channel of its own, in order of time; what only touches lies over nothing."""
    kept = item(2.0, 4.0, item_id="k", action=MaskAction.KEEP, channels=(0,))
    masks = [
        item(3.5, 5.0, item_id="later", channels=(0, 1)),
        item(1.0, 2.5, item_id="earlier", channels=(0,)),
        item(2.5, 3.0, item_id="other channel", channels=(1,)),
        item(4.0, 5.0, item_id="after", channels=(0,)),
    ]

    assert masks_over([kept, *masks]) == {"k": ("earlier", "later")}
