//! The page in real browsers: the same scenarios in each.

// What a test cannot do without ends it, in its helpers too.
#![allow(clippy::panic)]

mod back;
mod bits;
mod changes;
mod compare;
mod files;
mod golden;
mod layout;
mod links;
mod path;
mod play;
mod published;
mod reading;
mod reference;
mod train;
mod wrong_input;

use anyhow::Result;
use browser_tests::{Engine, Page, View, visit};

/// A scenario as three tests, named after the engines. Tests run in the order of their names, so that two
/// at a time are in two engines.
macro_rules! in_each_engine {
    ($($idea:ident::$scenario:ident)*) => { $(
        mod $scenario {
            use super::*;

            #[test]
            fn chromium() -> Result<()> {
                run(Engine::Chromium, async |page| $idea::$scenario(page).await)
            }

            #[test]
            fn firefox() -> Result<()> {
                run(Engine::Firefox, async |page| $idea::$scenario(page).await)
            }

            #[test]
            fn webkit() -> Result<()> {
                run(Engine::Webkit, async |page| $idea::$scenario(page).await)
            }
        }
    )* };
}

in_each_engine! {
    path::iris_by_mouse
    path::iris_by_keyboard
    golden::every_golden_case_can_be_read_off
    published::mazur_can_be_read_off_as_published
    published::han_and_kamber_can_be_read_off_as_published
    published::brownlee_ends_at_his_weights
    back::back_is_the_identity
    bits::every_bit_is_as_native
    wrong_input::wrong_numbers_are_refused_beside_their_field
    wrong_input::wrong_files_are_refused_and_change_nothing
    wrong_input::a_run_that_diverges_says_so
    files::a_file_is_text_and_comes_back_as_it_was
    files::images_are_dropped_or_chosen
    files::mnist_is_opened_or_said_to_be_absent
    changes::the_network_can_be_rebuilt_and_undone
    changes::every_number_can_be_edited_and_undone
    links::term_and_picture_light_each_other
    compare::the_three_questions_are_answered
    compare::reference_runs_are_runs
    compare::frozen_gradients_add_up_and_half_the_eta_leaves_a_quarter
    compare::the_gradient_check_distinguishes_the_bias_rules
    compare::runs_can_be_chosen_moved_and_taken_out
    compare::the_comparison_is_accessible_and_fits
    compare::charts_are_drawn_and_handed_out
    layout::all_is_in_sight_and_nothing_overlaps
    layout::axe_finds_nothing
    layout::a_phone_is_enough
    play::it_plays_and_pauses
    play::a_long_jump_can_be_stopped
    train::a_hundred_epochs_of_digits_to_the_last_bit
    train::random_networks_to_the_last_bit
    train::small_and_larger_networks_to_the_last_bit
    train::where_it_pauses_the_next_step_is_taken_by_hand
    train::it_ends_by_itself_and_refuses_nonsense
    train::a_change_while_it_trains_goes_on_from_there
    train::a_divergence_is_gone_back_from_by_one_key
    train::validation_rows_are_not_trained_on
    train::the_training_is_accessible_and_fits
}

/// A scenario on the opened page. Whatever it does, the console stays silent and nothing is fetched from elsewhere.
fn run(engine: Engine, scenario: impl AsyncFnOnce(&Page) -> Result<()>) -> Result<()> {
    visit(engine, View::DESKTOP, async |page| {
        page.open("").await?;
        scenario(page).await?;
        assert_eq!(page.messages().await?, Vec::<String>::new());
        assert_eq!(page.strays().await?, Vec::<String>::new());
        Ok(())
    })
}
