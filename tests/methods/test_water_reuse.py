"""Targets against published problems, an independent cascade, closed forms, and the physics of every plan."""

import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cpa.methods.balance.water_reuse import Source, Target, WaterUse, target

np = pytest.importorskip("numpy")
pytest.importorskip("scipy")

FRESH = Source("fresh")


def sink(name: str, flow: float, limit: float) -> WaterUse:
    return WaterUse(name, flow, {"A": limit}, returned=0)


def spring(name: str, flow: float, concentration: float) -> WaterUse:
    return WaterUse(name, 0, max_out={"A": concentration}, returned=flow)


def washing(name: str, flow: float, entry: dict[str, float], leave: dict[str, float]) -> WaterUse:
    return WaterUse(name, flow, entry, leave, fixed_flow=False)


def check(uses: list[WaterUse], sources: list[Source], found: Target) -> None:
    """Every plan must hold in the plant: balances, availability, inlet and outlet limits at true concentrations."""
    assert found.feasible
    names = sorted({name for use in uses for name in (*use.max_in, *use.max_out)})
    position = {use.id: number for number, use in enumerate(uses)}
    into = {use.id: [m for m in found.matches if m.target == use.id] for use in uses}
    total = {use.id: sum(m.flow for m in into[use.id]) for use in uses}
    scale = max((use.flow for use in uses), default=0) + 1e-12
    for use in uses:
        leaves = use.leaving if use.fixed_flow else use.leaving / use.flow * total[use.id]
        given_away = sum(m.flow for m in found.matches if m.source == use.id)
        assert given_away <= leaves + 1e-6 * scale
        if use.fixed_flow:
            assert total[use.id] == pytest.approx(use.flow, abs=1e-6 * scale)
        else:
            assert total[use.id] <= use.flow + 1e-6 * scale
    for source in sources:
        assert found.fresh[source.id] == pytest.approx(sum(m.flow for m in found.matches if m.source == source.id))
        if source.available is not None:
            assert found.fresh[source.id] <= source.available + 1e-6 * scale
    for name in names:
        fresh = {source.id: source.concentrations.get(name, 0.0) for source in sources}
        # outlet × flow − Σ inflow × outlet of the giver = Σ fresh load + load taken up
        matrix, right = np.eye(len(uses)), np.zeros(len(uses))
        for use in uses:
            row = position[use.id]
            if use.fixed_flow or total[use.id] == 0 or name not in use.max_out:
                right[row] = use.max_out.get(name, 0.0)
                continue
            matrix[row, row] = total[use.id]
            right[row] = use.flow * (use.max_out[name] - use.max_in[name])
            for m in into[use.id]:
                if m.source in fresh:
                    right[row] += m.flow * fresh[m.source]
                else:
                    matrix[row, position[m.source]] -= m.flow
        outlet = np.linalg.solve(matrix, right)
        for use in uses:
            if name in use.max_in and total[use.id] > 0:
                load = sum(
                    m.flow * (fresh[m.source] if m.source in fresh else outlet[position[m.source]])
                    for m in into[use.id]
                )
                assert load / total[use.id] <= use.max_in[name] * (1 + 1e-6) + 1e-6
            if not use.fixed_flow and name in use.max_out and total[use.id] > 0:
                assert outlet[position[use.id]] <= use.max_out[name] * (1 + 1e-6) + 1e-6
    assert found.waste_total == pytest.approx(
        found.fresh_total - sum(total[use.id] - leaving(use, total[use.id]) for use in uses), abs=1e-5 * scale
    )


def leaving(use: WaterUse, entering: float) -> float:
    return use.leaving if use.fixed_flow else use.leaving / use.flow * entering


# Published problems ---------------------------------------------------------------------------------------------------

WANG_SMITH = [  # Wang & Smith 1994, table 1; the data as in the README of WaterOptim, where the target 90 is derived too
    washing("1", 20, {"A": 0}, {"A": 100}),
    washing("2", 100, {"A": 50}, {"A": 100}),
    washing("3", 40, {"A": 50}, {"A": 800}),
    washing("4", 10, {"A": 400}, {"A": 800}),
]

POLLEY_SINKS, POLLEY_SPRINGS = [(50, 20), (100, 50), (80, 100), (70, 200)], [(50, 50), (100, 100), (70, 150), (60, 250)]

# Wang & Smith 1994, refinery with three contaminants (hydrocarbons, H2S, salt; ppm). Data from memory of the literature
# that follows it, not from the paper; consistent with its 133 t/h without reuse, which the next test derives.
REFINERY = [
    washing("stripping", 45, {"HC": 0, "H2S": 0, "salt": 0}, {"HC": 15, "H2S": 400, "salt": 35}),
    washing("hds", 34, {"HC": 20, "H2S": 300, "salt": 45}, {"HC": 120, "H2S": 12500, "salt": 180}),
    washing("desalting", 56, {"HC": 120, "H2S": 20, "salt": 200}, {"HC": 220, "H2S": 45, "salt": 9500}),
]


def test_wang_and_smith_four_operations():
    found = target(WANG_SMITH, [FRESH], today=112.5)
    assert found.fresh_total == pytest.approx(90)
    assert found.waste_total == pytest.approx(90)
    assert found.proven
    assert found.saving == pytest.approx(22.5)
    check(WANG_SMITH, [FRESH], found)


def test_wang_and_smith_without_reuse():
    # Fresh water alone: load / outlet limit, 2/0.1 + 5/0.1 + 30/0.8 + 4/0.8 = 112.5 t/h.
    none = [(one.id, other.id) for one in WANG_SMITH for other in WANG_SMITH]
    assert target(WANG_SMITH, [FRESH], forbidden=none).fresh_total == pytest.approx(112.5)


@pytest.mark.parametrize("joined", [True, False])
def test_polley_and_polley(joined):
    """Polley & Polley 2000: 70 t/h fresh, 50 t/h waste; sinks and springs apart or as four uses."""
    pairs = zip(POLLEY_SINKS, POLLEY_SPRINGS, strict=True)
    if joined:
        uses = [WaterUse(f"{n}", d, {"A": c}, {"A": q}, returned=s) for n, ((d, c), (s, q)) in enumerate(pairs)]
    else:
        uses = [sink(f"d{n}", *demand) for n, demand in enumerate(POLLEY_SINKS)]
        uses += [spring(f"s{n}", *source) for n, source in enumerate(POLLEY_SPRINGS)]
    found = target(uses, [FRESH])
    assert found.fresh_total == pytest.approx(70)
    assert found.waste_total == pytest.approx(50)
    assert found.proven
    assert found.thinned
    check(uses, [FRESH], found)


def test_wang_and_smith_two_contaminants():
    """Wang & Smith 1994, two operations: 54 t/h (data from memory of the literature). By hand: operation 1 takes 40
    fresh (A from 0 to 100) and leaves at B = 40·50/40 = 50; x of it enters operation 2, whose B limits ask
    50x ≤ 30F and 50x + 35·60 ≤ 90F, so F = 35, x = 21, 14 fresh. At B = 75, the limit, x would be 14: 61 t/h."""
    uses = [
        washing("1", 40, {"A": 0, "B": 25}, {"A": 100, "B": 75}),
        washing("2", 35, {"A": 80, "B": 30}, {"A": 240, "B": 90}),
    ]
    found = target(uses, [FRESH])
    assert found.fresh_total == pytest.approx(54)
    assert not found.proven
    assert found.lower_bound <= 54
    assert {m.source: m.flow for m in found.matches if not m.fresh} == {"1": pytest.approx(21)}
    assert next(use for use in found.uses if use.id == "2").binding_in == ("B",)
    check(uses, [FRESH], found)


def test_refinery_without_reuse():
    # 45 + 34·12200/12500 + 56·9300/9500 = 45 + 33.184 + 54.821 = 133.0 t/h
    none = [(one.id, other.id) for one in REFINERY for other in REFINERY]
    assert target(REFINERY, [FRESH], forbidden=none).fresh_total == pytest.approx(45 + 33.184 + 56 * 9300 / 9500)


def test_refinery_with_reuse_of_stripper_water():
    """Stripper water leaves at 15/400/35. hds: 400x ≤ 300·34 → x = 25.5, 8.5 fresh. Desalting of F with y: H2S
    45F = 400y + 56·25, salt 9500F = 35y + 56·9300 → F = 54.831, y = 2.669, 52.162 fresh; with 45, 105.66 t/h."""
    y = (45 * 56 * 9300 / 9500 - 1400) / (400 - 45 * 35 / 9500)
    desalting = (56 * 9300 + 35 * y) / 9500
    apart = [("desalting", "hds"), ("hds", "desalting"), ("hds", "hds"), ("desalting", "desalting")]
    found = target(REFINERY, [FRESH], forbidden=apart)
    assert found.fresh_total == pytest.approx(45 + 8.5 + desalting - y)
    assert found.fresh_total == pytest.approx(105.66, abs=0.005)
    check(REFINERY, [FRESH], found)


def test_refinery_may_do_a_little_better_with_desalter_water():
    found = target(REFINERY, [FRESH])
    assert found.fresh_total == pytest.approx(105.60, abs=0.01)
    check(REFINERY, [FRESH], found)


# An independent way to the same target --------------------------------------------------------------------------------


def cascade(demands: list[tuple[float, float]], supplies: list[tuple[float, float]], fresh: float) -> float:
    """Water cascade for one contaminant and one unlimited source (Manan, Tan & Foo 2004): at each concentration level
    the water and the load handed down must not be short."""
    levels = sorted({c for _, c in (*demands, *supplies)} | {fresh})
    need, load = 0.0, 0.0
    flow = 0.0
    for level, following in zip(levels, [*levels[1:], None], strict=True):
        flow += sum(f for f, c in supplies if c == level) - sum(f for f, c in demands if c == level)
        if following is not None:
            load += flow * (following - level)
            if following > fresh:
                need = max(need, -load / (following - fresh))
    return max(need, -flow)


def random_problem(seed: int) -> tuple[list[WaterUse], float]:
    draw = random.Random(seed)
    base = draw.choice([0.0, 0.0, 15.0])
    uses = []
    for number in range(draw.randint(1, 7)):
        limit, outlet = base + draw.randint(0, 40) * 5.0, draw.randint(0, 60) * 5.0
        taken, given_back = draw.choice([0, 20, 35, 80]), draw.choice([0, 20, 30, 75])
        uses.append(WaterUse(f"u{number}", taken, {"A": limit}, {"A": outlet}, returned=given_back))
    return uses, base


@pytest.mark.parametrize("seed", range(150))
def test_one_contaminant_with_fixed_flows_agrees_with_the_cascade(seed):
    uses, base = random_problem(seed)
    sources = [Source("fresh", None, {"A": base})]
    demands = [(use.flow, use.max_in["A"]) for use in uses if use.flow]
    # Below the concentration of fresh water only a mixture can help, which this cascade does not see.
    supplies = [(use.leaving, use.max_out["A"]) for use in uses]
    if any(c < base for f, c in supplies if f):
        supplies = [(f, c) for f, c in supplies if c >= base]
        uses = [use for use in uses if use.max_out["A"] >= base or use.flow]
        uses = [use if use.max_out["A"] >= base else WaterUse(use.id, use.flow, use.max_in, returned=0) for use in uses]
    found = target(uses, sources)
    assert found.fresh_total == pytest.approx(cascade(demands, supplies, base), abs=1e-6)
    assert found.proven
    check(uses, sources, found)


def test_the_cascade_knows_polley_and_polley():
    assert cascade(POLLEY_SINKS, POLLEY_SPRINGS, 0) == pytest.approx(70)


@pytest.mark.parametrize("seed", range(60))
def test_one_contaminant_with_fixed_loads_agrees_with_the_limiting_composite_curve(seed):
    """Wang & Smith 1994: the steepest water line from zero that touches the composite of the limiting loads."""
    draw = random.Random(seed)
    uses = []
    for number in range(draw.randint(1, 6)):
        entry = draw.randint(0, 40) * 5.0
        uses.append(washing(f"u{number}", draw.randint(1, 100), {"A": entry}, {"A": entry + draw.randint(1, 60) * 5.0}))
    levels = {level for use in uses for level in (use.max_in["A"], use.max_out["A"])} - {0.0}
    needed = max(
        sum(use.flow * max(min(level, use.max_out["A"]) - use.max_in["A"], 0) for use in uses) / level
        for level in levels
    )
    found = target(uses, [FRESH])
    assert found.fresh_total == pytest.approx(needed)
    assert found.proven
    check(uses, [FRESH], found)


# Closed forms ---------------------------------------------------------------------------------------------------------


def test_mixing_by_hand():
    # 10 at most 30 of water at 40: 30·10 = 40·y → 7.5 reused, 2.5 fresh.
    found = target([sink("rinse", 10, 30), spring("bath", 100, 40)], [FRESH])
    assert found.fresh == {"fresh": pytest.approx(2.5)}
    rinse = next(use for use in found.uses if use.id == "rinse")
    assert rinse.inlet == {"A": pytest.approx(30)}
    assert rinse.binding_in == ("A",)
    assert found.waste_total == pytest.approx(92.5)


def test_binding_contaminant_among_several():
    uses = [
        WaterUse("rinse", 10, {"A": 30, "B": 5, "C": 100}, returned=0),
        WaterUse("bath", 0, max_out={"A": 40, "B": 20, "C": 50}, returned=100),
    ]
    # B lets 5·10/20 = 2.5 be reused, A would let 7.5, C any.
    found = target(uses, [FRESH])
    assert found.fresh_total == pytest.approx(7.5)
    assert next(use for use in found.uses if use.id == "rinse").binding_in == ("B",)


def test_a_limit_of_zero_takes_clean_water_only():
    found = target([sink("boiler", 10, 0), spring("bath", 100, 1), spring("condensate", 4, 0)], [FRESH])
    assert found.fresh_total == pytest.approx(6)


def test_unlimited_uses_take_any_water():
    found = target([WaterUse("flush", 10, returned=0), spring("bath", 100, 1e6)], [FRESH])
    assert found.fresh_total == pytest.approx(0)
    assert [(m.source, m.fresh) for m in found.matches] == [("bath", False)]


def test_water_of_unknown_quality_enters_no_use_that_is_limited():
    unknown = WaterUse("unknown", 0, returned=100)
    assert target([sink("rinse", 10, 30), unknown], [FRESH]).fresh_total == pytest.approx(10)
    flush = WaterUse("flush", 10, returned=0)
    assert target([flush, unknown], [FRESH]).fresh_total == pytest.approx(0)


def test_forbidden_matches_are_not_made():
    uses = [sink("rinse", 10, 30), spring("bath", 100, 40)]
    assert target(uses, [FRESH], forbidden=[("bath", "rinse")]).fresh_total == pytest.approx(10)


def test_water_that_is_lost_cannot_be_reused():
    # The washer takes 2 kg up, 20 fresh; half of what enters evaporates with its dirt or leaks: 10 are left for 10.
    washer = WaterUse("washer", 20, {"A": 0}, {"A": 100}, returned=10, fixed_flow=False)
    found = target([washer, sink("flush", 15, 100)], [FRESH])
    assert found.fresh_total == pytest.approx(25)
    assert found.waste_total == pytest.approx(0)


def test_the_lighter_source_is_preferred_and_the_scarce_one_used_up():
    rain = Source("rain", 4, {"A": 10}, cost_weight=0.1)
    found = target([sink("rinse", 10, 20)], [FRESH, rain])
    assert found.fresh == {"fresh": pytest.approx(6), "rain": pytest.approx(4)}
    assert found.cost == pytest.approx(6.4)


def test_free_water_is_not_poured_away():
    rain = Source("rain", None, {}, cost_weight=0)
    found = target([sink("rinse", 10, 20), spring("bath", 100, 10)], [rain])
    assert found.cost == 0
    assert found.fresh_total == pytest.approx(0, abs=1e-6)


def test_few_matches():
    # 10 + 10 of demand, 10 + 10 of supply, all of one quality: two matches do, three or four would be as good in water.
    uses = [sink("a", 10, 50), sink("b", 10, 50), spring("p", 10, 50), spring("q", 10, 50)]
    found = target(uses, [FRESH])
    assert len(found.matches) == 2
    assert found.thinned


def test_large_problems_skip_the_search_for_few_matches():
    uses = [WaterUse(f"u{n}", 10 + n, {"A": 5.0 * n}, {"A": 9.0 * n}) for n in range(30)]
    found = target(uses, [FRESH])
    assert not found.thinned
    check(uses, [FRESH], found)


def test_nothing_to_do():
    found = target([], [FRESH])
    assert found.feasible
    assert found.fresh_total == 0
    assert target([WaterUse("idle", 0)], []).feasible


# No plan --------------------------------------------------------------------------------------------------------------


def test_too_little_fresh_water():
    found = target([sink("rinse", 10, 30), spring("bath", 100, 40)], [Source("well", 1.0)], today=3.0)
    assert not found.feasible
    assert found.reason == "fresh_short"
    assert found.shortfall == {"rinse": pytest.approx(1.5)}
    assert found.today == 3.0
    assert found.saving is None


def test_no_water_at_all():
    found = target([sink("rinse", 10, 30)], [])
    assert found.reason == "fresh_short"
    assert found.shortfall == {"rinse": pytest.approx(10)}


def test_fresh_water_that_is_too_dirty():
    # 10 at 20 from water at 30: 20·10/30 = 6.667 of it, 3.333 of clean water lacking.
    found = target([sink("rinse", 10, 20), sink("flush", 5, 50)], [Source("river", None, {"A": 30})])
    assert found.reason == "limits_unreachable"
    assert found.shortfall == {"rinse": pytest.approx(10 / 3)}


def test_scarce_water_is_enough_when_outlets_are_cleaner_than_their_limits():
    """With outlets at their limits 54 t/h would not do for the two operations of Wang & Smith (see above: 61)."""
    uses = [
        washing("1", 40, {"A": 0, "B": 25}, {"A": 100, "B": 75}),
        washing("2", 35, {"A": 80, "B": 30}, {"A": 240, "B": 90}),
    ]
    found = target(uses, [Source("well", 55.0)])
    assert found.fresh_total == pytest.approx(54)
    assert target(uses, [Source("well", 53.0)]).reason == "fresh_short"


@pytest.mark.parametrize(
    ("uses", "sources"),
    [
        ([WaterUse("a", -1)], [FRESH]),
        ([WaterUse("a", float("nan"))], [FRESH]),
        ([WaterUse("a", 1, {"A": float("inf")})], [FRESH]),
        ([WaterUse("a", 1), WaterUse("a", 1)], [FRESH]),
        ([WaterUse("fresh", 1)], [FRESH]),
        ([washing("a", 1, {"A": 5}, {"A": 4})], [FRESH]),
        ([washing("a", 1, {"A": 5}, {})], [FRESH]),
        ([WaterUse("a", 1, returned=2, fixed_flow=False)], [FRESH]),
        ([], [Source("s", -1)]),
        ([], [Source("s", None, {}, -1)]),
    ],
)
def test_impossible_input(uses, sources):
    with pytest.raises(ValueError):
        target(uses, sources)


# Properties -----------------------------------------------------------------------------------------------------------

number = st.integers(0, 40).map(lambda n: n * 5.0)


@st.composite
def any_use(draw, name):
    contaminants = draw(st.sampled_from([("A",), ("A", "B"), ("A", "B", "C")]))
    entry = {name: draw(number) for name in contaminants}
    leave = {name: entry[name] + draw(number) for name in contaminants}
    flow = draw(st.integers(1, 100))
    return WaterUse(name, float(flow), entry, leave, fixed_flow=draw(st.booleans()))


problems = st.integers(1, 4).flatmap(lambda n: st.tuples(*(any_use(f"u{i}") for i in range(n)))).map(list)


@settings(max_examples=60, deadline=None)
@given(problems)
def test_every_plan_holds_and_its_bound_is_below(uses):
    found = target(uses, [FRESH])
    check(uses, [FRESH], found)
    assert found.lower_bound <= found.cost + 1e-6
    assert found.fresh_total <= sum(use.flow for use in uses) + 1e-6


@settings(max_examples=40, deadline=None)
@given(problems, st.data())
def test_a_tighter_limit_never_lowers_the_target(uses, data):
    # For fixed flows the target is the least; for fixed loads with several contaminants it is only the best found.
    uses = [WaterUse(use.id, use.flow, use.max_in, use.max_out) for use in uses]
    before = target(uses, [FRESH])
    which = data.draw(st.integers(0, len(uses) - 1))
    name = data.draw(st.sampled_from(sorted(uses[which].max_in)))
    tighter = {**uses[which].max_in, name: uses[which].max_in[name] * data.draw(st.sampled_from([0.0, 0.5, 0.9]))}
    uses[which] = WaterUse(uses[which].id, uses[which].flow, tighter, uses[which].max_out)
    assert target(uses, [FRESH]).fresh_total >= before.fresh_total - 1e-6


@settings(max_examples=40, deadline=None)
@given(problems, st.randoms())
def test_the_order_of_the_input_changes_nothing_and_the_same_input_gives_the_same_plan(uses, order):
    found = target(uses, [FRESH, Source("river", None, {"A": 5}, 0.5)])
    shuffled = order.sample(uses, len(uses))
    assert target(shuffled, [Source("river", None, {"A": 5}, 0.5), FRESH]) == found


@settings(max_examples=40, deadline=None)
@given(problems)
def test_other_names_give_the_same_target(uses):
    assume(all(use.fixed_flow for use in uses) or all(set(use.max_in) == {"A"} for use in uses))
    renamed = [
        WaterUse(
            f"x{9 - n}",
            use.flow,
            {f"z{k}": v for k, v in use.max_in.items()},
            {f"z{k}": v for k, v in use.max_out.items()},
            fixed_flow=use.fixed_flow,
        )
        for n, use in enumerate(uses)
    ]
    assert target(renamed, [FRESH]).fresh_total == pytest.approx(target(uses, [FRESH]).fresh_total, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(problems, st.sampled_from([1e-4, 0.3, 7.0, 1e5]))
def test_scaled_flows_scale_the_target(uses, factor):
    scaled = [WaterUse(use.id, use.flow * factor, use.max_in, use.max_out, fixed_flow=use.fixed_flow) for use in uses]
    before, after = target(uses, [FRESH]), target(scaled, [FRESH])
    assert after.fresh_total == pytest.approx(before.fresh_total * factor, rel=1e-6, abs=1e-6 * factor)


@settings(max_examples=40, deadline=None)
@given(problems, st.sampled_from([1e-6, 1e3]))
def test_the_unit_of_a_concentration_does_not_matter(uses, factor):
    other = [
        WaterUse(
            use.id,
            use.flow,
            {k: v * factor if k == "A" else v for k, v in use.max_in.items()},
            {k: v * factor if k == "A" else v for k, v in use.max_out.items()},
            fixed_flow=use.fixed_flow,
        )
        for use in uses
    ]
    before, after = target(uses, [FRESH]), target(other, [FRESH])
    assert after.fresh_total == pytest.approx(before.fresh_total, rel=1e-6, abs=1e-6)
