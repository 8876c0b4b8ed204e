//! The page in real browsers: the same test cases in each engine.

// A test may panic, and so may its helpers.
#![allow(clippy::panic)]

mod back;
mod changes;
mod compare;
mod files;
mod golden;
mod invalid_input;
mod layout;
mod links;
mod native_numbers;
mod path;
mod play;
mod published;
mod reading;
mod reference;
mod train;
mod visible;

use anyhow::Result;
use browser_tests::{Engine, Page, Viewport, visit};

/// Defines three tests per case, named after the engines. Tests start in the order of their names, so two parallel
/// tests use different engines.
macro_rules! in_each_engine {
    ($($idea:ident::$case:ident)*) => { $(
        mod $case {
            use super::*;

            #[test]
            fn chromium() -> Result<()> {
                run(Engine::Chromium, async |page| $idea::$case(page).await)
            }

            #[test]
            fn firefox() -> Result<()> {
                run(Engine::Firefox, async |page| $idea::$case(page).await)
            }

            #[test]
            fn webkit() -> Result<()> {
                run(Engine::Webkit, async |page| $idea::$case(page).await)
            }
        }
    )* };
}

in_each_engine! {
    path::iris_by_mouse
    path::iris_by_keyboard
    golden::every_golden_case_is_shown
    published::mazur_is_shown_as_published
    published::han_and_kamber_is_shown_as_published
    published::brownlee_ends_at_the_published_weights
    back::stepping_back_restores_the_page
    native_numbers::numbers_equal_the_native_ones_to_the_last_bit
    invalid_input::invalid_numbers_are_refused_beside_their_field
    invalid_input::invalid_files_are_refused_and_change_nothing
    invalid_input::a_divergence_is_reported
    files::a_file_is_shown_as_text_and_saved_unchanged
    files::image_files_can_be_dropped_and_chosen
    files::mnist_is_opened_if_it_was_downloaded
    files::digits_are_opened_when_they_arrive_unless_something_else_was_chosen
    files::digits_that_cannot_be_fetched_change_nothing
    changes::the_network_can_be_rebuilt_and_undone
    changes::every_number_can_be_edited_and_undone
    links::terms_and_picture_highlight_each_other
    compare::the_three_questions_are_answered
    compare::runs_match_the_reference_runs
    compare::frozen_gradients_add_up_and_halving_eta_leaves_a_quarter
    compare::the_gradient_check_distinguishes_the_bias_rules
    compare::runs_can_be_added_moved_and_removed
    compare::the_comparison_is_accessible_and_fits
    compare::charts_are_drawn_and_saved_as_svg
    layout::everything_is_visible_and_nothing_overlaps
    layout::axe_finds_no_violations
    layout::the_page_fits_on_a_phone
    visible::no_cell_of_the_ledger_is_covered
    visible::no_sample_of_a_run_is_covered
    play::it_plays_and_pauses
    play::a_long_replay_can_be_stopped
    train::digits_train_to_the_last_bit
    train::random_networks_train_to_the_last_bit
    train::small_and_large_networks_train_to_the_last_bit
    train::stepping_continues_where_training_pauses
    train::training_stops_at_its_criteria_and_refuses_invalid_ones
    train::a_change_during_training_continues_from_there
    train::one_key_restores_the_last_finite_state
    train::validation_rows_are_not_trained_on
    train::the_training_is_accessible_and_fits
}

/// Runs a test case on the opened page, and asserts that the console is empty and that nothing was requested from other
/// servers.
fn run(engine: Engine, case: impl AsyncFnOnce(&Page) -> Result<()>) -> Result<()> {
    visit(engine, Viewport::DESKTOP, async |page| {
        page.open("").await?;
        case(page).await?;
        assert_eq!(page.messages().await?, Vec::<String>::new());
        assert_eq!(page.strays().await?, Vec::<String>::new());
        Ok(())
    })
}
