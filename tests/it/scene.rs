//! The picture of the network: what it shows and highlights at each moment, that nothing overlaps, and that a
//! click hits the item under it.

use crate::svg::svg;
use deltascope::data::preset;
use deltascope::nn::{Activation, Cost, Distribution, Initialisation, Parameter, Reduction, Sample};
use deltascope::scenario::{Data, Moment, Position, Samples, Scenario, Start};
use deltascope::session::{Item, Look, Session, Timeline};
use deltascope::view::scene::{Highlight, LabelKind, Rect, Scene, text_width};
use deltascope::view::theme::Palette;
use deltascope::view::{format::number, network};

const WIDTH: f64 = 660.0;
const HEIGHT: f64 = 400.0;

fn at(scenario: Scenario, moment: Moment, neuron: Option<u32>) -> Session {
    Session::new(Scenario { position: Position { moment, neuron, ..Position::default() }, ..scenario })
        .unwrap()
}

fn mazur(moment: Moment, neuron: Option<u32>) -> Session {
    at(preset("mazur").unwrap().scenario().unwrap(), moment, neuron)
}

fn scene(session: &Session) -> Scene {
    Scene::new(session, WIDTH, HEIGHT, 4)
}

/// The highlighted items in order; those that are written end with "!".
fn highlighted(scene: &Scene) -> String {
    let mut items: Vec<(Item, LabelKind, Highlight)> = Vec::new();
    for node in &scene.nodes {
        items.extend(node.labels.iter().map(|label| (label.item, label.kind, label.highlight)));
    }
    items.extend(scene.edges.iter().map(|edge| (edge.item, LabelKind::Weight, edge.highlight)));
    let texts =
        items.iter().filter(|(.., highlight)| highlight.is_active()).map(|(item, symbol, highlight)| {
            let change = if *symbol == LabelKind::BiasChange { "Δ" } else { "" };
            format!("{change}{item}{}", if *highlight == Highlight::Written { "!" } else { "" })
        });
    texts.collect::<Vec<_>>().join(" ")
}

#[test]
fn each_moment_highlights_what_it_reads_and_writes() {
    let all = |moment| highlighted(&scene(&mazur(moment, None)));
    let one = |moment| highlighted(&scene(&mazur(moment, Some(1))));
    let sample = 0;
    assert_eq!(all(Moment::Input { sample }), "x-0! x-1!");
    assert_eq!(
        all(Moment::Forward { sample, layer: 0 }),
        "x-0 x-1 a-0-0! b-0-0 z-0-0! a-0-1! b-0-1 z-0-1! w-0-0-0 w-0-0-1 w-0-1-0 w-0-1-1"
    );
    assert_eq!(one(Moment::Forward { sample, layer: 1 }), "a-0-0 a-0-1 a-1-1! b-1-1 z-1-1! w-1-1-0 w-1-1-1");
    assert_eq!(all(Moment::Cost { sample }), "a-1-0 a-1-1 y-0 y-1");
    assert_eq!(one(Moment::Delta { sample, layer: 1 }), "a-1-1 z-1-1 d-1-1! y-1");
    assert_eq!(
        all(Moment::Delta { sample, layer: 0 }),
        "z-0-0 d-0-0! z-0-1 d-0-1! d-1-0 d-1-1 w-1-0-0 w-1-0-1 w-1-1-0 w-1-1-1"
    );
    // Only the outgoing edges of the current neuron.
    assert_eq!(one(Moment::Delta { sample, layer: 0 }), "z-0-1 d-0-1! d-1-0 d-1-1 w-1-0-1 w-1-1-1");
    assert_eq!(one(Moment::BiasGradient { sample, layer: 1 }), "d-1-1");
    assert_eq!(one(Moment::WeightGradient { sample, layer: 1 }), "a-0-0 a-0-1 d-1-1 w-1-1-0! w-1-1-1!");
    assert_eq!(all(Moment::Accumulate { sample }), "");
    assert_eq!(one(Moment::Update { layer: 1 }), "b-1-1! Δb-1-1! w-1-1-0! w-1-1-1!");
}

#[test]
fn with_cross_entropy_the_output_error_reads_no_z() {
    let iris = preset("iris").unwrap().scenario().unwrap();
    let session = at(iris, Moment::Delta { sample: 0, layer: 1 }, Some(2));
    assert_eq!(highlighted(&scene(&session)), "a-1-2 d-1-2! y-2");
}

#[test]
fn unused_elements_are_faded_and_none_is_left_out() {
    let timeline = Timeline::of(&preset("mazur").unwrap().scenario().unwrap(), 0);
    for index in 0..timeline.len() {
        let moment = timeline.moment(index);
        let scene = scene(&mazur(moment, None));
        assert_eq!((scene.nodes.len(), scene.edges.len()), (8, 8), "{moment:?}");
        let neutral = matches!(moment, Moment::Accumulate { .. });
        let highlights =
            scene.nodes.iter().map(|node| node.highlight).chain(scene.edges.iter().map(|e| e.highlight));
        for highlight in highlights.filter(|highlight| !highlight.is_active()) {
            assert_eq!(highlight, if neutral { Highlight::Neutral } else { Highlight::Faded }, "{moment:?}");
        }
    }
}

#[test]
fn labels_show_the_numbers_computed_so_far() {
    let timeline = Timeline::of(&preset("mazur").unwrap().scenario().unwrap(), 0);
    for index in 0..timeline.len() {
        for neuron in [None, Some(0)] {
            let moment = timeline.moment(index);
            let session = mazur(moment, neuron.filter(|_| moment.layer().is_some()));
            let (scene, now) = (scene(&session), session.visible());
            for (layer, neuron) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                let node = scene.node(Item::Neuron { layer, neuron }).unwrap();
                let shown = |symbol| node.label(symbol).map(|label| label.value.clone());
                let text = |value: Option<f64>| value.map(|value| number(value, 4));
                let bias = Parameter::Bias { layer, neuron };
                assert_eq!(shown(LabelKind::Bias), text(Some(now.parameter(bias))));
                assert_eq!(shown(LabelKind::WeightedInput), text(now.weighted_input(layer, neuron)));
                assert_eq!(shown(LabelKind::Activation), text(now.activation(layer, neuron)));
                assert_eq!(shown(LabelKind::Delta), text(now.delta(0, layer, neuron)));
                assert_eq!(shown(LabelKind::BiasChange), text(now.change(bias)));
                assert_eq!(node.level, now.activation(layer, neuron));
            }
        }
    }
}

#[test]
fn a_click_hits_the_item_under_it() {
    let mut sessions = vec![mazur(Moment::Update { layer: 0 }, None)];
    for (id, layer) in [("iris", 1), ("xor", 1), ("han-kamber", 0)] {
        sessions.push(at(preset(id).unwrap().scenario().unwrap(), Moment::Delta { sample: 0, layer }, None));
    }
    for session in sessions {
        let scene = scene(&session);
        for node in &scene.nodes {
            assert_eq!(scene.hit(node.centre.x, node.centre.y), Some(node.item));
            for label in &node.labels {
                let middle = label.area.centre();
                assert_eq!(scene.hit(middle.x, middle.y), Some(node.item), "{label:?}");
            }
        }
        for edge in &scene.edges {
            // Where edges cross, either may be hit; each is hit along most of its length.
            let found = (1..40).filter(|step| {
                let share = f64::from(*step) / 40.0;
                let x = edge.from.x + share * (edge.to.x - edge.from.x);
                let y = edge.from.y + share * (edge.to.y - edge.from.y);
                scene.hit(x, y) == Some(edge.item)
            });
            assert!(found.count() > 20, "{:?}", edge.item);
        }
        assert_eq!(scene.hit(1.0, 1.0), None);
    }
}

/// A scenario with these layer sizes, random parameters and one made-up row.
fn shaped(sizes: &[usize]) -> Scenario {
    let layers = sizes.len() - 1;
    let (inputs, outputs) = (sizes[0], sizes[layers]);
    let mut scenario = preset("xor").unwrap().scenario().unwrap();
    scenario.sizes = sizes.to_vec();
    scenario.activations = vec![Activation::Sigmoid; layers];
    scenario.start = Start::Initialisation(Initialisation { distribution: Distribution::Normal, seed: 7 });
    scenario.hyperparameters.cost = Cost::HalfMse;
    scenario.hyperparameters.reduction = Reduction::Mean;
    scenario.hyperparameters.batch_size = 1;
    // Small negative numbers have the longest texts.
    let x = (0..inputs).map(|source| -0.01234 * (source as f64 + 1.0)).collect();
    let y = (0..outputs).map(|neuron| -1.0 / (neuron as f64 + 3.0)).collect();
    scenario.data = Data {
        inputs: (0..inputs).map(|source| format!("measurement {source}")).collect(),
        targets: (0..outputs).map(|neuron| format!("class {neuron}")).collect(),
        samples: vec![Sample { x, y }].into(),
        validation: Samples::default(),
    }
    .into();
    scenario.position = Position::default();
    scenario.check().unwrap();
    scenario
}

/// Asserts that no text overlaps another, a circle, a box or another neuron, and that all are inside the picture.
fn assert_no_overlap(scene: &Scene, what: &str) {
    let mut areas = Vec::new();
    for node in &scene.nodes {
        for label in &node.labels {
            let lines = if label.stacked { 2.0 } else { 1.0 };
            let name = if label.stacked { 0.0 } else { text_width(&label.name, label.size) };
            let width = name + text_width(&label.value, label.size);
            let room = label.area.right - label.area.left;
            assert!(width <= room + 0.01, "{what}: {} {} is too wide", label.name, label.value);
            assert!(label.area.bottom - label.area.top >= lines * label.size, "{what}: {label:?}");
            areas.push((label.area, node.item, format!("{} {}", label.name, label.value)));
        }
    }
    for edge in &scene.edges {
        areas.extend(edge.label.iter().map(|label| (label.area, edge.item, label.value.clone())));
    }
    for text in scene.captions.iter().chain(&scene.notes) {
        let width = text_width(&text.text, text.size);
        let area = Rect::around(text.centre, width, text.size);
        areas.push((area, Item::Input { source: usize::MAX }, text.text.clone()));
    }
    for (index, (area, item, text)) in areas.iter().enumerate() {
        let inside = area.left >= 0.0 && area.top >= 0.0 && area.right <= scene.width;
        assert!(inside && area.bottom <= scene.height, "{what}: {text} is outside: {area:?}");
        for (other, _, others) in &areas[..index] {
            assert!(!area.overlaps(other), "{what}: {text} over {others}");
        }
        for node in scene.nodes.iter().filter(|node| node.item != *item) {
            let circle = Rect::around(node.centre, 2.0 * node.radius, 2.0 * node.radius);
            let over = area.overlaps(&node.card.unwrap_or(circle));
            assert!(!over, "{what}: {text} over {:?}", node.item);
        }
    }
    for node in scene.nodes.iter().filter(|node| !matches!(node.item, Item::Target { .. })) {
        let circle = Rect::around(node.centre, 2.0 * node.radius, 2.0 * node.radius);
        for label in node.labels.iter().filter(|label| !label.stacked) {
            assert!(!label.area.overlaps(&circle), "{what}: {label:?}");
        }
    }
}

#[test]
fn nothing_overlaps() {
    let shapes: [&[usize]; 10] = [
        &[2, 2, 2],
        &[2, 2],
        &[4, 5, 3],
        &[64, 30, 10],
        &[2, 8, 8, 1],
        &[2, 16, 8, 1],
        &[3, 4, 3],
        &[1, 1, 1, 1, 1],
        &[2, 3, 3, 3, 3, 2],
        &[784, 100, 10],
    ];
    let rooms = [(660.0, 400.0), (1000.0, 560.0), (1200.0, 700.0), (360.0, 320.0), (340.0, 280.0)];
    for sizes in shapes {
        let scenario = shaped(sizes);
        let timeline = Timeline::of(&scenario, 0);
        let last = sizes.len() as u32 - 2;
        let sample = 0;
        let moments = [
            timeline.moment(0),
            Moment::Forward { sample, layer: last },
            Moment::Delta { sample, layer: 0 },
            Moment::WeightGradient { sample, layer: 0 },
            Moment::Update { layer: 0 },
        ];
        for moment in moments {
            let session = at(scenario.clone(), moment, None);
            for (width, height) in rooms {
                for digits in [3, 4, 8] {
                    let scene = Scene::new(&session, width, height, digits);
                    let what = format!("{sizes:?} in {width} × {height} at {moment:?}");
                    assert_no_overlap(&scene, &what);
                    assert!(scene.edges.len() <= 600, "{what}: {} edges", scene.edges.len());
                    let values = scene.nodes.iter().flat_map(|node| &node.labels).map(|label| &label.value);
                    assert!(values.clone().count() > 0, "{what}");
                }
            }
        }
    }
}

#[test]
fn a_tiny_picture_is_drawn_without_an_error() {
    for id in ["and", "digits"] {
        let session = at(preset(id).unwrap().scenario().unwrap(), Moment::Cost { sample: 0 }, None);
        for (width, height) in [(0.0, 0.0), (1.0, 1.0), (50.0, 30.0), (340.0, 20.0), (40.0, 700.0)] {
            let scene = Scene::new(&session, width, height, 4);
            assert!(scene.nodes.iter().all(|node| node.centre.x.is_finite() && node.centre.y.is_finite()));
            drawn(&scene, 1.0);
        }
    }
    let deep = shaped(&[3; 17]);
    assert!(!Scene::new(&at(deep, Moment::Cost { sample: 0 }, None), 340.0, 280.0, 4).nodes.is_empty());
}

#[test]
fn small_networks_show_every_kind_of_number_with_large_circles() {
    for id in ["mazur", "and", "xor"] {
        let session = at(preset(id).unwrap().scenario().unwrap(), Moment::Update { layer: 0 }, None);
        let scene = scene(&session);
        let node = scene.node(Item::Neuron { layer: 0, neuron: 0 }).unwrap();
        assert!(node.radius >= 22.0, "{id}: {}", node.radius);
        let all = [
            LabelKind::Bias,
            LabelKind::WeightedInput,
            LabelKind::Activation,
            LabelKind::Delta,
            LabelKind::BiasChange,
        ];
        assert!(all.iter().all(|symbol| node.label(*symbol).is_some()), "{id}");
    }
}

#[test]
fn large_layers_are_shown_page_by_page() {
    let digits = preset("digits").unwrap().scenario().unwrap();
    let shown = |scene: &Scene, layer: usize| -> Vec<usize> {
        let neurons = scene.nodes.iter().filter_map(|node| match node.item {
            Item::Neuron { layer: l, neuron } if l == layer => Some(neuron),
            _ => None,
        });
        neurons.collect()
    };
    let first = scene(&at(digits.clone(), Moment::Forward { sample: 0, layer: 0 }, Some(0)));
    let page = shown(&first, 0);
    assert_eq!(page, (0..10).collect::<Vec<_>>());
    let notes: Vec<&str> = first.notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(notes, ["64 inputs, 1–10 shown", "30 neurons, 1–10 shown"]);
    for neuron in 0..30 {
        let session = at(digits.clone(), Moment::Forward { sample: 0, layer: 0 }, Some(neuron));
        let now = shown(&scene(&session), 0);
        assert!(now.contains(&(neuron as usize)));
        // The page stays the same while the current neuron is on it.
        if (neuron as usize) < page.len() {
            assert_eq!(now, page);
        }
    }
    // Both ends of a selected weight are shown.
    let mut session = at(digits, Moment::Input { sample: 0 }, None);
    let item = Item::Weight { layer: 0, neuron: 25, source: 60 };
    session.update(Look::Selected(Some(item))).unwrap();
    let scene = scene(&session);
    assert!(scene.edge(item).is_some_and(|edge| edge.selected && edge.label.is_some()));
}

#[test]
fn selected_and_hovered_items_are_marked() {
    let mut session = mazur(Moment::Cost { sample: 0 }, None);
    session.update(Look::Selected(Some(Item::Bias { layer: 0, neuron: 1 }))).unwrap();
    session.update(Look::Hovered(Some(Item::WeightedInput { layer: 1, neuron: 0 }))).unwrap();
    let first = scene(&session);
    let selected: Vec<Item> = first.nodes.iter().filter(|node| node.selected).map(|node| node.item).collect();
    assert_eq!(selected, [Item::Neuron { layer: 0, neuron: 1 }]);
    let node = first.node(Item::Neuron { layer: 1, neuron: 0 }).unwrap();
    assert!(node.hovered && node.label(LabelKind::WeightedInput).unwrap().hovered);
    session.update(Look::Hovered(Some(Item::Weight { layer: 1, neuron: 0, source: 1 }))).unwrap();
    let second = scene(&session);
    assert!(second.edge(Item::Weight { layer: 1, neuron: 0, source: 1 }).unwrap().hovered);
    assert!(second.nodes.iter().all(|node| !node.hovered));
}

#[test]
fn the_width_of_edges_grows_with_the_weight() {
    let scene = scene(&at(preset("iris").unwrap().scenario().unwrap(), Moment::Input { sample: 0 }, None));
    let layer = |layer| scene.edges.iter().filter(move |edge| edge.item.neuron().unwrap().0 == layer);
    for l in 0..2 {
        let mut edges: Vec<_> = layer(l).collect();
        edges.sort_by(|one, other| one.weight.abs().total_cmp(&other.weight.abs()));
        assert!(edges.is_sorted_by_key(|edge| edge.width));
        assert!(edges.iter().any(|edge| edge.weight < 0.0) && edges.iter().any(|edge| edge.weight > 0.0));
    }
}

fn drawn(scene: &Scene, scale: f64) -> String {
    let size = ((scene.width * scale) as u32, (scene.height * scale) as u32);
    svg(size, |area| network::draw(scene, &Palette::light(), scale, area))
}

#[test]
fn the_network_is_drawn_with_its_captions() {
    insta::assert_snapshot!(
        "network_of_mazur_at_the_update",
        drawn(&scene(&mazur(Moment::Update { layer: 1 }, None)), 1.0)
    );
    for id in ["and", "iris", "digits", "spiral", "linnerud"] {
        let session =
            at(preset(id).unwrap().scenario().unwrap(), Moment::Delta { sample: 0, layer: 0 }, None);
        for scale in [1.0, 1.25, 3.0] {
            let scene = scene(&session);
            let svg = drawn(&scene, scale);
            for caption in &scene.captions {
                assert!(svg.contains(&format!("\n{}\n", caption.text)), "{id}: {}", caption.text);
            }
        }
    }
}
