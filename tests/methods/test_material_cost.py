"""Costs of flows against a published example, arithmetic by hand, a dense linear system, and conservation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpa.methods.balance.material_cost import KINDS, Account, Costs, Flow, Unallocated, Unit, account


def costs(found: Account, flow: str) -> Costs:
    return next(item.costs for item in found.flows if item.id == flow)


def unit(found: Account, name: str):
    return next(item for item in found.units if item.id == name)


def values(cost: Costs) -> tuple[float, float, float, float]:
    return cost.material, cost.energy, cost.system, cost.waste


def equal(cost: Costs, material: float = 0, energy: float = 0, system: float = 0, waste: float = 0) -> bool:
    return values(cost) == pytest.approx((material, energy, system, waste), rel=1e-12, abs=1e-9)


def conserved(found: Account) -> None:
    for kind in KINDS:
        turnover = sum(abs(getattr(item.own, kind)) for item in found.units) + abs(getattr(found.entered, kind)) + 1e-9
        left = getattr(found.product, kind) + getattr(found.loss, kind) + getattr(found.kept, kind)
        assert left == pytest.approx(getattr(found.entered, kind), abs=1e-11 * turnover)
        for item in found.units:
            into = getattr(item.carried, kind) + getattr(item.own, kind)
            out = getattr(item.product, kind) + getattr(item.loss, kind) + getattr(item.kept, kind)
            assert out == pytest.approx(into, rel=1e-9, abs=1e-9)


# Published ------------------------------------------------------------------------------------------------------------


def test_propharm_training_example():
    """Propharm Japan, "Implementation steps of MFCA" (slides, id.scribd.com 404108739): 100 t in, 70 t of product,
    30 t of loss; material 650 000 (of which 520 000 end in the product: the materials differ in price), energy
    50 000, system 250 000, waste management 50 000. Product 520 000 + 35 000 + 175 000 = 730 000; loss 130 000 +
    15 000 + 75 000 + 50 000."""
    found = account(
        [Unit("factory", energy=50_000, system=250_000, waste=50_000)],
        [
            Flow("material", "", "factory", 100, cost=650_000),
            Flow("printed", "factory", "", 70, material_key=520_000),
            Flow("waste", "factory", "", 30, is_loss=True, material_key=130_000),
        ],
    )
    assert equal(costs(found, "printed"), 520_000, 35_000, 175_000)
    assert found.product.total == pytest.approx(730_000)
    assert equal(costs(found, "waste"), 130_000, 15_000, 75_000, 50_000)
    assert found.loss.total == pytest.approx(270_000)
    assert found.loss_share == pytest.approx(0.27)
    conserved(found)


# By hand --------------------------------------------------------------------------------------------------------------


def test_one_centre():
    # 80 of 100 to the product: 1000·0.8 = 800, 50·0.8 = 40, 200·0.8 = 160; the rest and all of 30 to the loss.
    found = account(
        [Unit("mill", energy=50, system=200, waste=30)],
        [
            Flow("ore", "", "mill", 60, cost=700),
            Flow("flux", "", "mill", 40, cost=300),
            Flow("metal", "mill", "", 80),
            Flow("slag", "mill", "", 20, is_loss=True),
        ],
    )
    assert equal(costs(found, "ore"), 700)
    assert equal(found.product, 800, 40, 160)
    assert equal(found.loss, 200, 10, 40, 30)
    mill = unit(found, "mill")
    assert equal(mill.carried, 1000)
    assert equal(mill.own, 0, 50, 200, 30)
    assert mill.product == found.product
    assert mill.loss == found.loss
    assert mill.complete
    assert found.unallocated == ()
    conserved(found)


def test_two_centres_in_series():
    """First as above: 800/40/160 go on with 80. Second: 20 more material worth 400, of 100 again 90 to the product;
    material (800 + 400)·0.9 = 1080, energy (40 + 60)·0.9 = 90, system (160 + 40)·0.9 = 180; loss 120/10/20 + 5."""
    found = account(
        [Unit("mill", energy=50, system=200, waste=30), Unit("press", energy=60, system=40, waste=5)],
        [
            Flow("ore", "", "mill", 100, cost=1000),
            Flow("metal", "mill", "press", 80),
            Flow("slag", "mill", "", 20, is_loss=True),
            Flow("coating", "", "press", 20, cost=400),
            Flow("part", "press", "", 90),
            Flow("scrap", "press", "", 10, is_loss=True),
        ],
    )
    assert equal(costs(found, "metal"), 800, 40, 160)
    assert equal(unit(found, "press").carried, 1200, 40, 160)
    assert equal(found.product, 1080, 90, 180)
    assert equal(costs(found, "scrap"), 120, 10, 20, 5)
    assert equal(found.loss, 320, 20, 60, 35)
    conserved(found)


def test_a_recycle():
    """100 in, worth 1000; the press makes 100 of product and 25 of scrap that goes back to the furnace (125 through).
    With x the material cost through the press: x = 1000 + 0.2x = 1250; product 1000, scrap 250. Energy of the furnace
    100: y = 100 + 0.2y = 125. Waste management 40 of the press follows its scrap to the furnace, which has no losses:
    it goes on with the metal to the press, whose only loss is the scrap: no way out for it."""
    flows = [
        Flow("ore", "", "furnace", 100, cost=1000),
        Flow("metal", "furnace", "press", 125),
        Flow("part", "press", "", 100),
        Flow("scrap", "press", "furnace", 25, is_loss=True),
    ]
    found = account([Unit("furnace", energy=100), Unit("press")], flows)
    assert equal(costs(found, "metal"), 1250, 125)
    assert equal(costs(found, "scrap"), 250, 25)
    assert equal(unit(found, "press").loss, 250, 25)
    assert equal(found.product, 1000, 100)
    assert equal(found.loss)
    conserved(found)
    found = account([Unit("furnace", energy=100), Unit("press", waste=40)], flows)
    assert equal(found.product, 1000, 100)
    assert [(item.unit, item.reason) for item in found.unallocated] == [("press", "closed_loop")]
    assert equal(found.kept, waste=40)
    conserved(found)


def test_a_recycle_with_a_purge():
    """As before, but of 25 scrap 20 go back and 5 leave, of 120 in the press: material x = 1000 + x·20/125 → 1000·125/105;
    waste: w = 40 + w·20/25 (all of it to the losses by mass) = 200 in turn, of which 5/25 = 40 leave with the purge."""
    found = account(
        [Unit("furnace"), Unit("press", waste=40)],
        [
            Flow("ore", "", "furnace", 105, cost=1000),
            Flow("metal", "furnace", "press", 125),
            Flow("part", "press", "", 100),
            Flow("scrap", "press", "furnace", 20, is_loss=True),
            Flow("purge", "press", "", 5, is_loss=True),
        ],
    )
    assert equal(costs(found, "metal"), 1000 * 125 / 105, waste=160)
    assert equal(costs(found, "scrap"), 1000 * 20 / 105, waste=160)
    assert equal(found.product, 1000 * 100 / 105)
    assert equal(found.loss, 1000 * 5 / 105, waste=40)
    conserved(found)


def test_a_unit_that_feeds_itself():
    # Half of what leaves comes back: x = 100 + x/2.
    found = account(
        [Unit("mill", system=10)],
        [Flow("in", "", "mill", 10, cost=100), Flow("oversize", "mill", "mill", 10), Flow("out", "mill", "", 10)],
    )
    assert equal(unit(found, "mill").carried, 200, system=10)
    assert equal(found.product, 100, system=10)
    conserved(found)


def test_given_shares_replace_mass_for_own_costs_only():
    # Own energy 100: 90 to products (60:20 by mass), 10 to the loss; carried energy 40 by mass 60:20:20.
    found = account(
        [Unit("a", energy=40), Unit("b", energy=100, system=10, energy_share=0.9, system_share=0.0)],
        [
            Flow("in", "", "a", 100),
            Flow("between", "a", "b", 100),
            Flow("x", "b", "", 60),
            Flow("y", "b", "", 20),
            Flow("loss", "b", "", 20, is_loss=True),
        ],
    )
    assert equal(costs(found, "x"), energy=24 + 67.5)
    assert equal(costs(found, "y"), energy=8 + 22.5)
    assert equal(costs(found, "loss"), energy=8 + 10, system=10)
    conserved(found)


def test_stock_keeps_its_cost():
    found = account(
        [Unit("mill")],
        [Flow("in", "", "mill", 100, cost=50), Flow("out", "mill", "", 80), Flow("s", "mill", "stock", 20)],
    )
    assert equal(costs(found, "s"), 10)


def test_what_passes_by_keeps_its_cost():
    found = account([], [Flow("trade", "", "", 5, cost=7), Flow("spoiled", "", "", 5, is_loss=True, cost=3)])
    assert equal(found.product, 7)
    assert equal(found.loss, 3)
    conserved(found)


# What cannot be allocated ---------------------------------------------------------------------------------------------

IN = Flow("in", "", "mill", 100, cost=1000)
MILL = Unit("mill", energy=50, system=200, waste=30)


@pytest.mark.parametrize(
    ("outputs", "reason"),
    [
        ([], "no_output"),
        ([Flow("a", "mill", "", 10), Flow("b", "mill", "", None, is_loss=True)], "mass_unknown"),
        ([Flow("a", "mill", "", 0), Flow("b", "mill", "", 0, is_loss=True)], "no_mass"),
        ([Flow("a", "mill", "mill", 10)], "closed_loop"),
    ],
)
def test_costs_that_cannot_be_shared_stay_in_the_unit(outputs, reason):
    found = account([MILL], [IN, *outputs])
    assert found.unallocated == (Unallocated("mill", reason, Costs(1000, 50, 200, 30)),)
    assert equal(found.product)
    assert equal(found.loss)
    assert equal(unit(found, "mill").kept, 1000, 50, 200, 30)
    assert not unit(found, "mill").complete
    conserved(found)


def test_what_follows_is_marked_incomplete():
    found = account(
        [MILL, Unit("press", energy=5), Unit("other", energy=1)],
        [
            IN,
            Flow("a", "mill", "press", None),
            Flow("b", "mill", "", 3),
            Flow("c", "press", "", 10),
            Flow("d", "", "other", 10),
            Flow("e", "other", "", 10),
        ],
    )
    complete = {item.id: item.complete for item in found.flows}
    assert complete == {"in": True, "a": False, "b": False, "c": False, "d": True, "e": True}
    assert equal(costs(found, "c"), energy=5)
    assert [item.complete for item in found.units] == [False, False, True]
    conserved(found)


def test_a_unit_without_costs_has_nothing_to_keep():
    found = account(
        [Unit("mill")], [Flow("in", "", "mill", 100), Flow("a", "mill", "", None), Flow("b", "mill", "", 1)]
    )
    assert found.unallocated == ()
    assert all(item.complete for item in found.flows)


def test_a_single_output_takes_all_even_if_its_mass_is_unknown():
    found = account([Unit("mill", energy=5)], [IN, Flow("a", "mill", "", None)])
    assert equal(found.product, 1000, 5)
    assert found.unallocated == ()


def test_waste_management_without_losses():
    found = account([MILL], [IN, Flow("a", "mill", "", 10)])
    assert found.unallocated == (Unallocated("mill", "no_loss", Costs(waste=30)),)
    assert equal(found.product, 1000, 50, 200)
    conserved(found)


def test_a_share_for_which_there_is_no_flow():
    found = account([Unit("mill", energy=50, energy_share=0.8)], [IN, Flow("a", "mill", "", 10, is_loss=True)])
    assert found.unallocated == (Unallocated("mill", "no_product", Costs(energy=40)),)
    assert equal(found.loss, 1000, 10)
    conserved(found)


def test_a_closed_loop_holds_what_it_gets_but_not_what_passes():
    # Half of the mill's 1000 + 50 goes into a loop of two tanks and stays there.
    found = account(
        [Unit("mill", energy=50), Unit("t1"), Unit("t2", system=8)],
        [
            IN,
            Flow("out", "mill", "", 50),
            Flow("aside", "mill", "t1", 50),
            Flow("x", "t1", "t2", 70),
            Flow("y", "t2", "t1", 20),
        ],
    )
    assert equal(found.product, 500, 25)
    assert found.unallocated == (
        Unallocated("t1", "closed_loop", Costs(500, 25)),
        Unallocated("t2", "closed_loop", Costs(system=8)),
    )
    conserved(found)


def test_nearly_closed_loops_conserve_cost():
    found = account(
        [Unit("mill", energy=1)],
        [Flow("in", "", "mill", 1e-9, cost=3), Flow("back", "mill", "mill", 1e9), Flow("out", "mill", "", 1e-9)],
    )
    assert equal(found.product, 3, 1)


def test_negative_costs_are_costs():
    # Waste taken in against a fee.
    found = account([Unit("mill")], [Flow("in", "", "mill", 10, cost=-100), Flow("out", "mill", "", 10)])
    assert equal(found.product, -100)


@pytest.mark.parametrize(
    ("units", "flows"),
    [
        ([Unit("a"), Unit("a")], []),
        ([Unit("a")], [Flow("f", "", "a", 1), Flow("f", "a", "", 1)]),
        ([Unit("a", energy=float("nan"))], []),
        ([Unit("a", energy_share=1.1)], []),
        ([Unit("a", system_share=-0.1)], []),
        ([Unit("a")], [Flow("f", "", "a", -1)]),
        ([Unit("a")], [Flow("f", "", "a", float("nan"))]),
        ([Unit("a")], [Flow("f", "", "a", 1, cost=float("inf"))]),
        ([Unit("a")], [Flow("f", "a", "", 1, cost=1)]),
        ([Unit("a")], [Flow("f", "a", "", 1, material_key=-1)]),
        ([Unit("a")], [Flow("f", "a", "", 1, material_key=1), Flow("g", "a", "", 1)]),
    ],
)
def test_impossible_input(units, flows):
    with pytest.raises(ValueError):
        account(units, flows)


# Properties -----------------------------------------------------------------------------------------------------------

names = ["a", "b", "c", "d", "e"]
money = st.integers(-50, 1000).map(float)
masses = st.one_of(st.integers(1, 100).map(float), st.sampled_from([0.0, 1e-6]))


@st.composite
def networks(draw, mass=masses):
    shares = st.one_of(st.none(), st.sampled_from([0.0, 0.3, 1.0]))
    units = [Unit(n, draw(money), draw(money), draw(money), draw(shares), draw(shares)) for n in names]
    flows = []
    for number in range(draw(st.integers(0, 14))):
        source, target = draw(st.sampled_from(["", *names])), draw(st.sampled_from(["", *names]))
        cost = draw(money) if not source else 0.0
        flows.append(Flow(f"f{number}", source, target, draw(mass), draw(st.booleans()), cost))
    return units, flows


@settings(max_examples=300, deadline=None)
@given(networks(mass=st.one_of(st.none(), masses)))
def test_no_cost_appears_or_vanishes(network):
    conserved(account(*network))


@settings(max_examples=150, deadline=None)
@given(networks())
def test_the_costs_solve_the_dense_system(network):
    """Material and system cost by mass, written down anew as one linear system for units that all lead outside."""
    np = pytest.importorskip("numpy")
    units, flows = network
    units = [Unit(u.id, system=u.system) for u in units]
    flows = [*flows, *(Flow(f"end {n}", n, "", 5.0) for n in names)]
    found = account(units, flows)
    out = {n: sum(f.mass for f in flows if f.source == n) for n in names}
    matrix = np.eye(5)
    for f in flows:
        if f.source and f.target:
            matrix[names.index(f.target), names.index(f.source)] -= f.mass / out[f.source]
    material = np.linalg.solve(matrix, [sum(f.cost for f in flows if not f.source and f.target == n) for n in names])
    system = np.linalg.solve(matrix, [u.system for u in units])
    for f in flows:
        if f.source:
            share, place = f.mass / out[f.source], names.index(f.source)
            assert costs(found, f.id).material == pytest.approx(share * material[place], rel=1e-9, abs=1e-7)
            assert costs(found, f.id).system == pytest.approx(share * system[place], rel=1e-9, abs=1e-7)


@settings(max_examples=100, deadline=None)
@given(networks(), st.randoms())
def test_the_order_of_units_and_flows_does_not_matter(network, order):
    units, flows = network
    one, other = account(units, flows), account(order.sample(units, 5), order.sample(flows, len(flows)))
    for flow in flows:
        assert values(costs(one, flow.id)) == pytest.approx(values(costs(other, flow.id)), rel=1e-9, abs=1e-7)
    assert values(one.kept) == pytest.approx(values(other.kept), rel=1e-9, abs=1e-7)
