"""The online model: its formula, its gradients, what it learns and what it must not."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jhalak.config.settings import ModelSettings
from jhalak.learning.embeddings import FIRM, GATE, RATE
from jhalak.learning.features import CENTRE, FEATURES, SPREAD, F
from jhalak.learning.model import (
    HEADS,
    ITEM_DIMS,
    POSITIONS,
    About,
    H,
    OnlineModel,
    predict,
    starting_weights,
)
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.viewer_state import SCENES, TOPICS_MAX
from tests.learning.formula import (
    arrays_of,
    curvature,
    loss_reference,
    predict_reference,
    slopes,
)

SMALL = ModelSettings(hidden=(6, 5), seed=3)
TAP = HEADS.index("tap")


def features_of(rng: np.random.Generator, n: int) -> np.ndarray:
    x = CENTRE + SPREAD * rng.normal(size=(n, F))
    return x.astype(np.float32)


def about_of(n: int, **given: Any) -> About:
    """Examples of no known item, in the first topic, language and scene, shown first."""
    columns = {name: np.zeros(n, np.int64) for name in About._fields}
    return About(**{**columns, **{name: np.full(n, value) for name, value in given.items()}})


def anything(rng: np.random.Generator, n: int, items: int = 40) -> tuple[Any, ...]:
    """(features, about, label) of examples of all kinds."""
    about = About(
        rng.integers(0, items, n), rng.integers(0, items // 3, n), rng.integers(0, TOPICS_MAX, n),
        rng.integers(0, len(LANGUAGES), n), rng.integers(0, SCENES, n),
        rng.integers(-1, 2 * POSITIONS, n),
    )  # fmt: skip
    return features_of(rng, n), about, rng.integers(-1, 2, (n, H)).astype(np.float32)


def taps(tapped: np.ndarray) -> np.ndarray:
    """Labels of which only the tap is known."""
    label = np.full((len(tapped), H), -1, np.float32)
    label[:, TAP] = tapped
    return label


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.integers(0, 40), st.integers(0, 8))
def test_predictions_are_probabilities_and_equal_the_formula(seed: int, n: int, steps: int) -> None:
    rng = np.random.default_rng(seed)
    model = OnlineModel(SMALL)
    for step in range(steps):
        model.learn(*anything(rng, 32, 12), at_ms=step)
    x, about, _ = anything(rng, n, 12)
    p = predict(model.weights, x, model.ids(about))
    assert p.shape == (n, H) and p.dtype == np.float32
    assert ((p > 0) & (p <= 1)).all()
    expected = predict_reference(arrays_of(model, about, model.average), x, about)
    np.testing.assert_allclose(p, expected, rtol=1e-3, atol=1e-5)


def test_nothing_is_certain_however_extreme_the_logit() -> None:
    ids = OnlineModel().ids(about_of(2))
    bias = np.array([[-30.0], [30.0]], np.float32) * np.ones(H, np.float32)
    p = predict(starting_weights(), np.tile(CENTRE, (2, 1)), ids._replace(item_bias=bias))
    assert ((p > 0) & (p < 1)).all()


def test_gradients_are_the_slopes_of_the_loss() -> None:
    """Of every array: the network in one Adam step, rows and positions in one of Adagrad each, the
    linear part in one of Newton's."""
    n = 9
    rng, model = np.random.default_rng(4), OnlineModel(SMALL)
    x, about, label = anything(rng, n)
    about = about._replace(
        item=np.arange(1, n + 1), creator=np.arange(1, n + 1), place=np.array([-1, *range(1, n)]),
        scene=np.arange(n) % 3,
    )  # fmt: skip
    for _ in range(GATE):
        model.items.meet(about.item[:-1], 1)  # of the last one there is no row
        model.creators.meet(about.creator[:-1], 1)
    model.position[:] = rng.normal(size=model.position.shape)
    w = arrays_of(model, about, model.flat.copy())
    shown = (x, about, label)
    assert model.learn(*shown, at_ms=2) == pytest.approx(loss_reference(w, *shown), rel=1e-4)

    first_means = model.weights._replace(flat=model.mean).views()
    moved = (w["w"] - model.weights._replace(flat=model.flat).views()["w"]).T
    slope = slopes(w, "w", *shown)
    for h, bent in enumerate(curvature(w, *shown)):
        expected = np.linalg.solve(SMALL.firmness * np.eye(F) + bent, slope[:, h])
        np.testing.assert_allclose(moved[h], expected, rtol=2e-3, atol=1e-4)
    for name, mean in first_means.items():
        if name == "w":
            assert not mean.any()
            continue
        # After one step from nothing, Adam's mean is a tenth of the gradient of the mean loss.
        np.testing.assert_allclose(
            10 * n * mean, slopes(w, name, *shown), rtol=2e-3, atol=2e-3, err_msg=name
        )
    for name in ("items", "creators"):
        table, ids = getattr(model, name), about.item[:-1]
        rows, expected = table.rows(ids), slopes(w, name, *shown)[:-1]
        moved = w[name][:-1] - table.values[rows]
        np.testing.assert_allclose(
            moved * np.sqrt(table.squares[rows]) / RATE, expected, rtol=2e-3, atol=2e-3,
            err_msg=name,
        )  # fmt: skip
        np.testing.assert_allclose(table.squares[rows], FIRM + expected**2, rtol=2e-3, atol=2e-3)
    expected = slopes(w, "position", *shown)
    gained = model.position_squares - OnlineModel(SMALL).position_squares
    np.testing.assert_allclose(gained, expected**2, rtol=2e-3, atol=2e-3)
    down = np.sign(w["position"] - model.position)
    assert np.array_equal(down[abs(expected) > 1e-3], np.sign(expected[abs(expected) > 1e-3]))


def test_a_label_that_is_not_known_teaches_nothing() -> None:
    model, fresh = OnlineModel(SMALL), OnlineModel(SMALL)
    x, about, _ = anything(np.random.default_rng(6), 30, 4)
    assert model.learn(x, about, np.full((30, H), -1, np.float32), 1) == 0
    for name in OnlineModel.ARRAYS:
        assert np.array_equal(getattr(model, name), getattr(fresh, name)), name
    like = HEADS.index("like")
    label = np.full((30, H), -1, np.float32)
    label[:, like] = 1
    before = model.items.arrays()[1]
    assert model.learn(x, about, label, 2) > 0
    others = np.arange(H) != like
    for name in ("w", "C"):
        moved = model.weights._replace(flat=model.flat - fresh.flat).views()[name]
        assert moved[:, like].any() and not moved[:, others].any(), name
    for name in ("position", "position_squares", "calibration"):
        moved = getattr(model, name) - getattr(fresh, name)
        assert moved[..., like].any() and not moved[..., others].any(), name
    moved = (model.items.arrays()[1][: len(before)] - before)[:, ITEM_DIMS:]
    assert moved[:, like].any() and not moved[:, others].any()


def learn_taps(model: OnlineModel, rng: np.random.Generator, batches: int, world: Any) -> None:
    """`world(x)` answers (about, probability of a tap) of a minibatch."""
    for step in range(batches):
        x = features_of(rng, 64)
        about, p = world(x)
        model.learn(x, about, taps(rng.random(64) < p), step)


def test_it_finds_the_feature_that_decides_and_a_crossing_that_no_feature_tells_alone() -> None:
    rng = np.random.default_rng(1)
    length, age = (FEATURES.index(name) for name in ("length", "age"))
    for decides in (
        lambda z: z[:, length] > 0,
        lambda z: (z[:, length] > 0) != (z[:, age] > 0),
    ):
        model = OnlineModel(ModelSettings(rate=0.01))
        learn_taps(
            model, rng, 500, lambda x, of=decides: (about_of(64), of(x - CENTRE) * 0.9 + 0.05)
        )
        x = features_of(rng, 2000)
        p = predict(model.weights, x, model.ids(about_of(2000)))[:, TAP]
        tapped = decides(x - CENTRE)
        assert p[tapped].mean() > p[~tapped].mean() + 0.35


def test_an_items_own_bias_is_learned_from_what_happened_to_it() -> None:
    rng, model = np.random.default_rng(2), OnlineModel()

    def world(x: np.ndarray) -> tuple[About, np.ndarray]:
        item = rng.integers(1, 9, 64)
        return about_of(64, item=item), np.where(item > 4, 0.6, 0.1)

    learn_taps(model, rng, 150, world)
    x = np.tile(CENTRE, (8, 1))
    p = predict(model.weights, x, model.ids(about_of(8, item=np.arange(1, 9))))[:, TAP]
    assert p[:4].max() < 0.3 < 0.45 < p[4:].min()


def test_what_the_slot_explains_is_not_put_down_to_the_item() -> None:
    """First slots are tapped, later ones are not, whatever they show; each item is mostly shown
    in one slot. As if shown first, all items are alike."""
    rng, model = np.random.default_rng(2), OnlineModel()
    by_slot = np.linspace(0.5, 0.05, 10)

    def world(x: np.ndarray) -> tuple[About, np.ndarray]:
        item = rng.integers(1, 11, 64)
        place = np.where(rng.random(64) < 0.3, rng.integers(0, 10, 64), item - 1)
        return about_of(64, item=item, place=place), by_slot[place]

    learn_taps(model, rng, 500, world)
    x = np.tile(CENTRE, (10, 1))
    p = predict(model.weights, x, model.ids(about_of(10, item=np.arange(1, 11))))[:, TAP]
    assert p[0] < 1.6 * p[9], "it was shown ten times as likely to be tapped"
    assert p == pytest.approx(0.5, abs=0.2), "as if shown first"
    assert model.position[0, 0, TAP] > model.position[0, 9, TAP] + 1


def test_calibration_follows_a_shift_in_one_language_of_one_scene_and_leaves_the_others() -> None:
    rng = np.random.default_rng(7)
    model = OnlineModel(ModelSettings(rate=0.0, firmness=1e9, calibration_rate=0.01))
    here = about_of(64, language=2, scene=1)
    before = predict(model.weights, np.tile(CENTRE, (64, 1)), model.ids(here))[0, TAP]
    learn_taps(model, rng, 200, lambda x: (here, np.full(64, 0.6)))
    x = features_of(rng, 2000)
    after = {
        (language, scene): predict(
            model.weights, x, model.ids(about_of(2000, language=language, scene=scene))
        )[:, TAP].mean()
        for language, scene in ((2, 1), (2, 0), (3, 1))
    }
    assert after[2, 1] == pytest.approx(0.6, abs=0.05)
    assert after[2, 0] == pytest.approx(after[3, 1], abs=0.02) and after[2, 0] < 0.52
    assert before < 0.52
    moved = np.argwhere(model.calibration)
    assert moved.tolist() == [[1, 2, TAP]]


def test_predictions_use_the_mean_of_the_weights_and_then_their_running_average() -> None:
    rng = np.random.default_rng(8)
    model = OnlineModel(ModelSettings(hidden=(6, 5), average_examples=256))
    seen = []
    for step in range(8):
        model.learn(*anything(rng, 64), at_ms=step)
        seen.append(model.flat.astype(float))
        if step < 4:
            expected = np.mean(seen, axis=0)
        else:
            expected += (seen[-1] - expected) / 4
        np.testing.assert_allclose(model.weights.flat, expected, rtol=1e-4, atol=1e-6)


def test_the_linear_part_finds_what_features_that_hang_together_say_jointly() -> None:
    """Two features that say nearly the same, and their difference decides."""
    rng = np.random.default_rng(3)
    model = OnlineModel(ModelSettings(rate=0.0, average_examples=640))
    one, other = (FEATURES.index(name) for name in ("taste_tap", "taste_long"))

    def shown(n: int) -> tuple[np.ndarray, np.ndarray]:
        z = rng.normal(size=(n, F))
        z[:, other] = z[:, one] + 0.5 * rng.normal(size=n)
        return (CENTRE + SPREAD * z).astype(np.float32), z[:, one] > z[:, other]

    for step in range(150):
        x, decided = shown(64)
        model.learn(x, about_of(64), taps(rng.random(64) < np.where(decided, 0.8, 0.2)), step)
    x, decided = shown(2000)
    p = predict(model.weights, x, model.ids(about_of(2000)))[:, TAP]
    assert p[decided].mean() > p[~decided].mean() + 0.2


def test_a_model_loaded_from_its_bytes_goes_on_bit_for_bit() -> None:
    rng = np.random.default_rng(4)
    stayed, loaded = OnlineModel(SMALL), OnlineModel(SMALL)
    for step in range(6):
        stayed.learn(*anything(rng, 32, 12), at_ms=step)
    loaded.load(msgspec.msgpack.decode(msgspec.msgpack.encode(stayed.dump())))
    for step in range(6, 12):
        examples = anything(rng, 32, 20)
        assert stayed.learn(*examples, at_ms=step) == loaded.learn(*examples, at_ms=step)
        if step == 8:
            stayed.expire(5)
            loaded.expire(5)
    assert stayed.dump() == loaded.dump()
    with pytest.raises(ValueError, match="another shape"):
        OnlineModel().load(stayed.dump())


def test_learning_is_decided_by_the_seed_and_the_examples() -> None:
    def learned(seed: int) -> dict[str, Any]:
        rng, model = np.random.default_rng(9), OnlineModel(ModelSettings(seed=seed))
        for step in range(5):
            model.learn(*anything(rng, 32, 8), at_ms=step)
        return model.dump()

    assert learned(1) == learned(1)
    assert learned(1)["average"] != learned(2)["average"]
    assert np.array_equal(starting_weights().flat, starting_weights().flat)


def test_an_empty_cell_expects_of_an_item_what_its_counts_say() -> None:
    """Learning starts from what features mean: from a better item, more is expected."""
    x = np.tile(CENTRE, (2, 1))
    pairs = {"tap": "item_tap", "long": "item_long", "like": "item_like", "hide": "item_hide"}
    model = OnlineModel()
    for head, feature in pairs.items():
        x[:, FEATURES.index(feature)] = CENTRE[FEATURES.index(feature)] + np.array([0, 0.7])
        p = predict(model.weights, x, model.ids(about_of(2)))[:, HEADS.index(head)]
        assert p[1] > 1.2 * p[0], head
