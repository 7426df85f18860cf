from __future__ import annotations

from random import Random

import pytest
from trainer_kit import fill

from loop.held_out import HeldOut
from loop.store.publishing import PastEntropies
from loop.trainer.candidates import draw


@pytest.mark.parametrize("seed", range(3))
def test_uncertain_texts_of_the_last_queue_come_beside_others_drawn_at_random(store, with_settings, seed):
    settings = with_settings("acquire", candidates=10, carried_share=0.5)
    fill(store)
    past = [PastEntropies(text_id, ((1, 1.0),)) for text_id in range(1, 21)]
    drawn = draw(store, settings, past, Random(seed), held_out=HeldOut())
    fresh, carried = ([text.id for text in texts] for texts in (drawn.fresh, drawn.carried))

    assert (5, 5) == (len(fresh), len(carried))
    assert [text_id for text_id in range(1, 11) if text_id not in fresh][:5] == carried
