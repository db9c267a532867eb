// Written by scripts/embed.

#include "Embedded.h"

static const unsigned char app_act_kinds_js[] = {
#embed "../../web/app/act-kinds.js"
};
static const unsigned char app_acts_js[] = {
#embed "../../web/app/acts.js"
};
static const unsigned char app_ahead_js[] = {
#embed "../../web/app/ahead.js"
};
static const unsigned char app_api_js[] = {
#embed "../../web/app/api.js"
};
static const unsigned char app_begin_js[] = {
#embed "../../web/app/begin.js"
};
static const unsigned char app_connection_js[] = {
#embed "../../web/app/connection.js"
};
static const unsigned char app_database_js[] = {
#embed "../../web/app/database.js"
};
static const unsigned char app_drafts_js[] = {
#embed "../../web/app/drafts.js"
};
static const unsigned char app_early_js[] = {
#embed "../../web/app/early.js"
};
static const unsigned char app_entries_js[] = {
#embed "../../web/app/entries.js"
};
static const unsigned char app_form_js[] = {
#embed "../../web/app/form.js"
};
static const unsigned char app_html_js[] = {
#embed "../../web/app/html.js"
};
static const unsigned char app_kept_js[] = {
#embed "../../web/app/kept.js"
};
static const unsigned char app_leaving_js[] = {
#embed "../../web/app/leaving.js"
};
static const unsigned char app_live_js[] = {
#embed "../../web/app/live.js"
};
static const unsigned char app_main_js[] = {
#embed "../../web/app/main.js"
};
static const unsigned char app_may_js[] = {
#embed "../../web/app/may.js"
};
static const unsigned char app_modules_js[] = {
#embed "../../web/app/modules.js"
};
static const unsigned char app_notes_js[] = {
#embed "../../web/app/notes.js"
};
static const unsigned char app_now_js[] = {
#embed "../../web/app/now.js"
};
static const unsigned char app_outbox_js[] = {
#embed "../../web/app/outbox.js"
};
static const unsigned char app_page_js[] = {
#embed "../../web/app/page.js"
};
static const unsigned char app_phone_js[] = {
#embed "../../web/app/phone.js"
};
static const unsigned char app_problem_js[] = {
#embed "../../web/app/problem.js"
};
static const unsigned char app_queue_js[] = {
#embed "../../web/app/queue.js"
};
static const unsigned char app_registration_js[] = {
#embed "../../web/app/registration.js"
};
static const unsigned char app_rescue_js[] = {
#embed "../../web/app/rescue.js"
};
static const unsigned char app_router_js[] = {
#embed "../../web/app/router.js"
};
static const unsigned char app_routes_js[] = {
#embed "../../web/app/routes.js"
};
static const unsigned char app_sender_js[] = {
#embed "../../web/app/sender.js"
};
static const unsigned char app_session_js[] = {
#embed "../../web/app/session.js"
};
static const unsigned char app_settled_js[] = {
#embed "../../web/app/settled.js"
};
static const unsigned char app_sites_js[] = {
#embed "../../web/app/sites.js"
};
static const unsigned char app_turn_js[] = {
#embed "../../web/app/turn.js"
};
static const unsigned char app_words_js[] = {
#embed "../../web/app/words.js"
};
static const unsigned char app_worker_js[] = {
#embed "../../web/app/worker.js"
};
static const unsigned char app_zone_js[] = {
#embed "../../web/app/zone.js"
};
static const unsigned char css_base_css[] = {
#embed "../../web/css/base.css"
};
static const unsigned char css_cards_css[] = {
#embed "../../web/css/cards.css"
};
static const unsigned char css_clock_css[] = {
#embed "../../web/css/clock.css"
};
static const unsigned char css_costs_css[] = {
#embed "../../web/css/costs.css"
};
static const unsigned char css_forms_css[] = {
#embed "../../web/css/forms.css"
};
static const unsigned char css_frame_css[] = {
#embed "../../web/css/frame.css"
};
static const unsigned char css_hours_css[] = {
#embed "../../web/css/hours.css"
};
static const unsigned char css_layout_css[] = {
#embed "../../web/css/layout.css"
};
static const unsigned char css_lists_css[] = {
#embed "../../web/css/lists.css"
};
static const unsigned char css_materials_css[] = {
#embed "../../web/css/materials.css"
};
static const unsigned char css_parts_css[] = {
#embed "../../web/css/parts.css"
};
static const unsigned char css_people_css[] = {
#embed "../../web/css/people.css"
};
static const unsigned char css_record_css[] = {
#embed "../../web/css/record.css"
};
static const unsigned char css_site_css[] = {
#embed "../../web/css/site.css"
};
static const unsigned char css_sites_css[] = {
#embed "../../web/css/sites.css"
};
static const unsigned char css_start_css[] = {
#embed "../../web/css/start.css"
};
static const unsigned char css_tokens_css[] = {
#embed "../../web/css/tokens.css"
};
static const unsigned char icons_apple_touch_png[] = {
#embed "../../web/icons/apple-touch.png"
};
static const unsigned char icons_favicon_svg[] = {
#embed "../../web/icons/favicon.svg"
};
static const unsigned char icons_icon_svg[] = {
#embed "../../web/icons/icon.svg"
};
static const unsigned char icons_maskable_svg[] = {
#embed "../../web/icons/maskable.svg"
};
static const unsigned char index_html[] = {
#embed "../../web/index.html"
};
static const unsigned char manifest_webmanifest[] = {
#embed "../../web/manifest.webmanifest"
};
static const unsigned char pages_absences_js[] = {
#embed "../../web/pages/absences.js"
};
static const unsigned char pages_archive_js[] = {
#embed "../../web/pages/archive.js"
};
static const unsigned char pages_card_js[] = {
#embed "../../web/pages/card.js"
};
static const unsigned char pages_clarifications_js[] = {
#embed "../../web/pages/clarifications.js"
};
static const unsigned char pages_companies_js[] = {
#embed "../../web/pages/companies.js"
};
static const unsigned char pages_company_history_js[] = {
#embed "../../web/pages/company-history.js"
};
static const unsigned char pages_company_mails_js[] = {
#embed "../../web/pages/company-mails.js"
};
static const unsigned char pages_company_js[] = {
#embed "../../web/pages/company.js"
};
static const unsigned char pages_confirm_email_js[] = {
#embed "../../web/pages/confirm-email.js"
};
static const unsigned char pages_forgot_password_js[] = {
#embed "../../web/pages/forgot-password.js"
};
static const unsigned char pages_hours_js[] = {
#embed "../../web/pages/hours.js"
};
static const unsigned char pages_imprint_js[] = {
#embed "../../web/pages/imprint.js"
};
static const unsigned char pages_not_found_js[] = {
#embed "../../web/pages/not-found.js"
};
static const unsigned char pages_people_cards_js[] = {
#embed "../../web/pages/people-cards.js"
};
static const unsigned char pages_people_js[] = {
#embed "../../web/pages/people.js"
};
static const unsigned char pages_person_new_js[] = {
#embed "../../web/pages/person-new.js"
};
static const unsigned char pages_person_js[] = {
#embed "../../web/pages/person.js"
};
static const unsigned char pages_privacy_js[] = {
#embed "../../web/pages/privacy.js"
};
static const unsigned char pages_profile_js[] = {
#embed "../../web/pages/profile.js"
};
static const unsigned char pages_record_js[] = {
#embed "../../web/pages/record.js"
};
static const unsigned char pages_register_js[] = {
#embed "../../web/pages/register.js"
};
static const unsigned char pages_restore_email_js[] = {
#embed "../../web/pages/restore-email.js"
};
static const unsigned char pages_second_factor_js[] = {
#embed "../../web/pages/second-factor.js"
};
static const unsigned char pages_server_js[] = {
#embed "../../web/pages/server.js"
};
static const unsigned char pages_set_password_js[] = {
#embed "../../web/pages/set-password.js"
};
static const unsigned char pages_sign_in_js[] = {
#embed "../../web/pages/sign-in.js"
};
static const unsigned char pages_site_costs_js[] = {
#embed "../../web/pages/site-costs.js"
};
static const unsigned char pages_site_edit_js[] = {
#embed "../../web/pages/site-edit.js"
};
static const unsigned char pages_site_history_js[] = {
#embed "../../web/pages/site-history.js"
};
static const unsigned char pages_site_hours_js[] = {
#embed "../../web/pages/site-hours.js"
};
static const unsigned char pages_site_materials_js[] = {
#embed "../../web/pages/site-materials.js"
};
static const unsigned char pages_site_team_js[] = {
#embed "../../web/pages/site-team.js"
};
static const unsigned char pages_site_js[] = {
#embed "../../web/pages/site.js"
};
static const unsigned char pages_sites_js[] = {
#embed "../../web/pages/sites.js"
};
static const unsigned char pages_start_js[] = {
#embed "../../web/pages/start.js"
};
static const unsigned char pages_statement_js[] = {
#embed "../../web/pages/statement.js"
};
static const unsigned char pages_tokens_js[] = {
#embed "../../web/pages/tokens.js"
};
static const unsigned char pages_verify_js[] = {
#embed "../../web/pages/verify.js"
};
static const unsigned char pages_wages_js[] = {
#embed "../../web/pages/wages.js"
};
static const unsigned char parts_absence_form_js[] = {
#embed "../../web/parts/absence-form.js"
};
static const unsigned char parts_absence_js[] = {
#embed "../../web/parts/absence.js"
};
static const unsigned char parts_address_fields_js[] = {
#embed "../../web/parts/address-fields.js"
};
static const unsigned char parts_address_line_js[] = {
#embed "../../web/parts/address-line.js"
};
static const unsigned char parts_address_proof_js[] = {
#embed "../../web/parts/address-proof.js"
};
static const unsigned char parts_ask_break_js[] = {
#embed "../../web/parts/ask-break.js"
};
static const unsigned char parts_audit_js[] = {
#embed "../../web/parts/audit.js"
};
static const unsigned char parts_book_clarification_js[] = {
#embed "../../web/parts/book-clarification.js"
};
static const unsigned char parts_break_rule_js[] = {
#embed "../../web/parts/break-rule.js"
};
static const unsigned char parts_breaks_field_js[] = {
#embed "../../web/parts/breaks-field.js"
};
static const unsigned char parts_breaks_js[] = {
#embed "../../web/parts/breaks.js"
};
static const unsigned char parts_card_sheet_js[] = {
#embed "../../web/parts/card-sheet.js"
};
static const unsigned char parts_cards_js[] = {
#embed "../../web/parts/cards.js"
};
static const unsigned char parts_chips_js[] = {
#embed "../../web/parts/chips.js"
};
static const unsigned char parts_clarification_js[] = {
#embed "../../web/parts/clarification.js"
};
static const unsigned char parts_clarifications_mine_js[] = {
#embed "../../web/parts/clarifications-mine.js"
};
static const unsigned char parts_clarified_js[] = {
#embed "../../web/parts/clarified.js"
};
static const unsigned char parts_clock_js[] = {
#embed "../../web/parts/clock.js"
};
static const unsigned char parts_company_form_js[] = {
#embed "../../web/parts/company-form.js"
};
static const unsigned char parts_confirm_again_js[] = {
#embed "../../web/parts/confirm-again.js"
};
static const unsigned char parts_conflict_js[] = {
#embed "../../web/parts/conflict.js"
};
static const unsigned char parts_correct_hours_js[] = {
#embed "../../web/parts/correct-hours.js"
};
static const unsigned char parts_costs_export_js[] = {
#embed "../../web/parts/costs-export.js"
};
static const unsigned char parts_count_material_js[] = {
#embed "../../web/parts/count-material.js"
};
static const unsigned char parts_crew_actions_js[] = {
#embed "../../web/parts/crew-actions.js"
};
static const unsigned char parts_crew_hours_js[] = {
#embed "../../web/parts/crew-hours.js"
};
static const unsigned char parts_crew_waiting_js[] = {
#embed "../../web/parts/crew-waiting.js"
};
static const unsigned char parts_csv_js[] = {
#embed "../../web/parts/csv.js"
};
static const unsigned char parts_day_approval_js[] = {
#embed "../../web/parts/day-approval.js"
};
static const unsigned char parts_day_explained_js[] = {
#embed "../../web/parts/day-explained.js"
};
static const unsigned char parts_device_js[] = {
#embed "../../web/parts/device.js"
};
static const unsigned char parts_dialog_js[] = {
#embed "../../web/parts/dialog.js"
};
static const unsigned char parts_door_js[] = {
#embed "../../web/parts/door.js"
};
static const unsigned char parts_download_js[] = {
#embed "../../web/parts/download.js"
};
static const unsigned char parts_edit_act_js[] = {
#embed "../../web/parts/edit-act.js"
};
static const unsigned char parts_email_link_js[] = {
#embed "../../web/parts/email-link.js"
};
static const unsigned char parts_erase_company_js[] = {
#embed "../../web/parts/erase-company.js"
};
static const unsigned char parts_fields_js[] = {
#embed "../../web/parts/fields.js"
};
static const unsigned char parts_finish_site_js[] = {
#embed "../../web/parts/finish-site.js"
};
static const unsigned char parts_former_person_js[] = {
#embed "../../web/parts/former-person.js"
};
static const unsigned char parts_frame_js[] = {
#embed "../../web/parts/frame.js"
};
static const unsigned char parts_hold_button_js[] = {
#embed "../../web/parts/hold-button.js"
};
static const unsigned char parts_home_screen_js[] = {
#embed "../../web/parts/home-screen.js"
};
static const unsigned char parts_hours_export_js[] = {
#embed "../../web/parts/hours-export.js"
};
static const unsigned char parts_hours_kept_js[] = {
#embed "../../web/parts/hours-kept.js"
};
static const unsigned char parts_hours_mine_js[] = {
#embed "../../web/parts/hours-mine.js"
};
static const unsigned char parts_hours_team_js[] = {
#embed "../../web/parts/hours-team.js"
};
static const unsigned char parts_icon_js[] = {
#embed "../../web/parts/icon.js"
};
static const unsigned char parts_invitation_js[] = {
#embed "../../web/parts/invitation.js"
};
static const unsigned char parts_local_holidays_js[] = {
#embed "../../web/parts/local-holidays.js"
};
static const unsigned char parts_long_entry_js[] = {
#embed "../../web/parts/long-entry.js"
};
static const unsigned char parts_lost_factor_js[] = {
#embed "../../web/parts/lost-factor.js"
};
static const unsigned char parts_mail_reason_js[] = {
#embed "../../web/parts/mail-reason.js"
};
static const unsigned char parts_make_token_js[] = {
#embed "../../web/parts/make-token.js"
};
static const unsigned char parts_material_archive_js[] = {
#embed "../../web/parts/material-archive.js"
};
static const unsigned char parts_material_form_js[] = {
#embed "../../web/parts/material-form.js"
};
static const unsigned char parts_material_list_js[] = {
#embed "../../web/parts/material-list.js"
};
static const unsigned char parts_material_saved_js[] = {
#embed "../../web/parts/material-saved.js"
};
static const unsigned char parts_material_sheet_js[] = {
#embed "../../web/parts/material-sheet.js"
};
static const unsigned char parts_months_js[] = {
#embed "../../web/parts/months.js"
};
static const unsigned char parts_more_icons_js[] = {
#embed "../../web/parts/more-icons.js"
};
static const unsigned char parts_move_material_js[] = {
#embed "../../web/parts/move-material.js"
};
static const unsigned char parts_movement_js[] = {
#embed "../../web/parts/movement.js"
};
static const unsigned char parts_next_person_js[] = {
#embed "../../web/parts/next-person.js"
};
static const unsigned char parts_notice_js[] = {
#embed "../../web/parts/notice.js"
};
static const unsigned char parts_number_pad_js[] = {
#embed "../../web/parts/number-pad.js"
};
static const unsigned char parts_operator_js[] = {
#embed "../../web/parts/operator.js"
};
static const unsigned char parts_paged_js[] = {
#embed "../../web/parts/paged.js"
};
static const unsigned char parts_passkeys_js[] = {
#embed "../../web/parts/passkeys.js"
};
static const unsigned char parts_people_field_js[] = {
#embed "../../web/parts/people-field.js"
};
static const unsigned char parts_period_js[] = {
#embed "../../web/parts/period.js"
};
static const unsigned char parts_person_fields_js[] = {
#embed "../../web/parts/person-fields.js"
};
static const unsigned char parts_personnel_number_js[] = {
#embed "../../web/parts/personnel-number.js"
};
static const unsigned char parts_phone_link_js[] = {
#embed "../../web/parts/phone-link.js"
};
static const unsigned char parts_pieces_js[] = {
#embed "../../web/parts/pieces.js"
};
static const unsigned char parts_pin_field_js[] = {
#embed "../../web/parts/pin-field.js"
};
static const unsigned char parts_pin_sign_in_js[] = {
#embed "../../web/parts/pin-sign-in.js"
};
static const unsigned char parts_print_cards_js[] = {
#embed "../../web/parts/print-cards.js"
};
static const unsigned char parts_qr_code_js[] = {
#embed "../../web/parts/qr-code.js"
};
static const unsigned char parts_regions_js[] = {
#embed "../../web/parts/regions.js"
};
static const unsigned char parts_remove_site_js[] = {
#embed "../../web/parts/remove-site.js"
};
static const unsigned char parts_running_time_js[] = {
#embed "../../web/parts/running-time.js"
};
static const unsigned char parts_search_field_js[] = {
#embed "../../web/parts/search-field.js"
};
static const unsigned char parts_second_step_js[] = {
#embed "../../web/parts/second-step.js"
};
static const unsigned char parts_security_event_js[] = {
#embed "../../web/parts/security-event.js"
};
static const unsigned char parts_sign_in_again_js[] = {
#embed "../../web/parts/sign-in-again.js"
};
static const unsigned char parts_similar_names_js[] = {
#embed "../../web/parts/similar-names.js"
};
static const unsigned char parts_site_card_js[] = {
#embed "../../web/parts/site-card.js"
};
static const unsigned char parts_site_name_js[] = {
#embed "../../web/parts/site-name.js"
};
static const unsigned char parts_statement_text_js[] = {
#embed "../../web/parts/statement-text.js"
};
static const unsigned char parts_still_there_js[] = {
#embed "../../web/parts/still-there.js"
};
static const unsigned char parts_stock_chart_js[] = {
#embed "../../web/parts/stock-chart.js"
};
static const unsigned char parts_stock_js[] = {
#embed "../../web/parts/stock.js"
};
static const unsigned char parts_tally_js[] = {
#embed "../../web/parts/tally.js"
};
static const unsigned char parts_targets_js[] = {
#embed "../../web/parts/targets.js"
};
static const unsigned char parts_tell_all_js[] = {
#embed "../../web/parts/tell-all.js"
};
static const unsigned char parts_time_entry_js[] = {
#embed "../../web/parts/time-entry.js"
};
static const unsigned char parts_time_sheets_js[] = {
#embed "../../web/parts/time-sheets.js"
};
static const unsigned char parts_wage_settings_js[] = {
#embed "../../web/parts/wage-settings.js"
};
static const unsigned char parts_waiting_list_js[] = {
#embed "../../web/parts/waiting-list.js"
};
static const unsigned char parts_waiting_js[] = {
#embed "../../web/parts/waiting.js"
};
static const unsigned char parts_wall_fields_js[] = {
#embed "../../web/parts/wall-fields.js"
};
static const unsigned char parts_when_seen_js[] = {
#embed "../../web/parts/when-seen.js"
};
static const unsigned char sw_js[] = {
#embed "../../web/sw.js"
};
static const unsigned char words_de_absences_js[] = {
#embed "../../web/words/de-absences.js"
};
static const unsigned char words_de_accounts_js[] = {
#embed "../../web/words/de-accounts.js"
};
static const unsigned char words_de_clarifications_js[] = {
#embed "../../web/words/de-clarifications.js"
};
static const unsigned char words_de_company_js[] = {
#embed "../../web/words/de-company.js"
};
static const unsigned char words_de_factors_js[] = {
#embed "../../web/words/de-factors.js"
};
static const unsigned char words_de_history_js[] = {
#embed "../../web/words/de-history.js"
};
static const unsigned char words_de_hours_js[] = {
#embed "../../web/words/de-hours.js"
};
static const unsigned char words_de_inside_js[] = {
#embed "../../web/words/de-inside.js"
};
static const unsigned char words_de_people_js[] = {
#embed "../../web/words/de-people.js"
};
static const unsigned char words_de_privacy_js[] = {
#embed "../../web/words/de-privacy.js"
};
static const unsigned char words_de_problems_js[] = {
#embed "../../web/words/de-problems.js"
};
static const unsigned char words_de_record_js[] = {
#embed "../../web/words/de-record.js"
};
static const unsigned char words_de_sites_js[] = {
#embed "../../web/words/de-sites.js"
};
static const unsigned char words_de_statement_js[] = {
#embed "../../web/words/de-statement.js"
};
static const unsigned char words_de_tokens_js[] = {
#embed "../../web/words/de-tokens.js"
};
static const unsigned char words_de_wages_js[] = {
#embed "../../web/words/de-wages.js"
};
static const unsigned char words_de_js[] = {
#embed "../../web/words/de.js"
};
static const unsigned char words_en_absences_js[] = {
#embed "../../web/words/en-absences.js"
};
static const unsigned char words_en_accounts_js[] = {
#embed "../../web/words/en-accounts.js"
};
static const unsigned char words_en_clarifications_js[] = {
#embed "../../web/words/en-clarifications.js"
};
static const unsigned char words_en_company_js[] = {
#embed "../../web/words/en-company.js"
};
static const unsigned char words_en_factors_js[] = {
#embed "../../web/words/en-factors.js"
};
static const unsigned char words_en_history_js[] = {
#embed "../../web/words/en-history.js"
};
static const unsigned char words_en_hours_js[] = {
#embed "../../web/words/en-hours.js"
};
static const unsigned char words_en_inside_js[] = {
#embed "../../web/words/en-inside.js"
};
static const unsigned char words_en_people_js[] = {
#embed "../../web/words/en-people.js"
};
static const unsigned char words_en_privacy_js[] = {
#embed "../../web/words/en-privacy.js"
};
static const unsigned char words_en_problems_js[] = {
#embed "../../web/words/en-problems.js"
};
static const unsigned char words_en_sites_js[] = {
#embed "../../web/words/en-sites.js"
};
static const unsigned char words_en_statement_js[] = {
#embed "../../web/words/en-statement.js"
};
static const unsigned char words_en_tokens_js[] = {
#embed "../../web/words/en-tokens.js"
};
static const unsigned char words_en_wages_js[] = {
#embed "../../web/words/en-wages.js"
};
static const unsigned char words_en_js[] = {
#embed "../../web/words/en.js"
};

static const struct polier_file web[] = {
    {"app/act-kinds.js", app_act_kinds_js, sizeof app_act_kinds_js},
    {"app/acts.js", app_acts_js, sizeof app_acts_js},
    {"app/ahead.js", app_ahead_js, sizeof app_ahead_js},
    {"app/api.js", app_api_js, sizeof app_api_js},
    {"app/begin.js", app_begin_js, sizeof app_begin_js},
    {"app/connection.js", app_connection_js, sizeof app_connection_js},
    {"app/database.js", app_database_js, sizeof app_database_js},
    {"app/drafts.js", app_drafts_js, sizeof app_drafts_js},
    {"app/early.js", app_early_js, sizeof app_early_js},
    {"app/entries.js", app_entries_js, sizeof app_entries_js},
    {"app/form.js", app_form_js, sizeof app_form_js},
    {"app/html.js", app_html_js, sizeof app_html_js},
    {"app/kept.js", app_kept_js, sizeof app_kept_js},
    {"app/leaving.js", app_leaving_js, sizeof app_leaving_js},
    {"app/live.js", app_live_js, sizeof app_live_js},
    {"app/main.js", app_main_js, sizeof app_main_js},
    {"app/may.js", app_may_js, sizeof app_may_js},
    {"app/modules.js", app_modules_js, sizeof app_modules_js},
    {"app/notes.js", app_notes_js, sizeof app_notes_js},
    {"app/now.js", app_now_js, sizeof app_now_js},
    {"app/outbox.js", app_outbox_js, sizeof app_outbox_js},
    {"app/page.js", app_page_js, sizeof app_page_js},
    {"app/phone.js", app_phone_js, sizeof app_phone_js},
    {"app/problem.js", app_problem_js, sizeof app_problem_js},
    {"app/queue.js", app_queue_js, sizeof app_queue_js},
    {"app/registration.js", app_registration_js, sizeof app_registration_js},
    {"app/rescue.js", app_rescue_js, sizeof app_rescue_js},
    {"app/router.js", app_router_js, sizeof app_router_js},
    {"app/routes.js", app_routes_js, sizeof app_routes_js},
    {"app/sender.js", app_sender_js, sizeof app_sender_js},
    {"app/session.js", app_session_js, sizeof app_session_js},
    {"app/settled.js", app_settled_js, sizeof app_settled_js},
    {"app/sites.js", app_sites_js, sizeof app_sites_js},
    {"app/turn.js", app_turn_js, sizeof app_turn_js},
    {"app/words.js", app_words_js, sizeof app_words_js},
    {"app/worker.js", app_worker_js, sizeof app_worker_js},
    {"app/zone.js", app_zone_js, sizeof app_zone_js},
    {"css/base.css", css_base_css, sizeof css_base_css},
    {"css/cards.css", css_cards_css, sizeof css_cards_css},
    {"css/clock.css", css_clock_css, sizeof css_clock_css},
    {"css/costs.css", css_costs_css, sizeof css_costs_css},
    {"css/forms.css", css_forms_css, sizeof css_forms_css},
    {"css/frame.css", css_frame_css, sizeof css_frame_css},
    {"css/hours.css", css_hours_css, sizeof css_hours_css},
    {"css/layout.css", css_layout_css, sizeof css_layout_css},
    {"css/lists.css", css_lists_css, sizeof css_lists_css},
    {"css/materials.css", css_materials_css, sizeof css_materials_css},
    {"css/parts.css", css_parts_css, sizeof css_parts_css},
    {"css/people.css", css_people_css, sizeof css_people_css},
    {"css/record.css", css_record_css, sizeof css_record_css},
    {"css/site.css", css_site_css, sizeof css_site_css},
    {"css/sites.css", css_sites_css, sizeof css_sites_css},
    {"css/start.css", css_start_css, sizeof css_start_css},
    {"css/tokens.css", css_tokens_css, sizeof css_tokens_css},
    {"icons/apple-touch.png", icons_apple_touch_png, sizeof icons_apple_touch_png},
    {"icons/favicon.svg", icons_favicon_svg, sizeof icons_favicon_svg},
    {"icons/icon.svg", icons_icon_svg, sizeof icons_icon_svg},
    {"icons/maskable.svg", icons_maskable_svg, sizeof icons_maskable_svg},
    {"index.html", index_html, sizeof index_html},
    {"manifest.webmanifest", manifest_webmanifest, sizeof manifest_webmanifest},
    {"pages/absences.js", pages_absences_js, sizeof pages_absences_js},
    {"pages/archive.js", pages_archive_js, sizeof pages_archive_js},
    {"pages/card.js", pages_card_js, sizeof pages_card_js},
    {"pages/clarifications.js", pages_clarifications_js, sizeof pages_clarifications_js},
    {"pages/companies.js", pages_companies_js, sizeof pages_companies_js},
    {"pages/company-history.js", pages_company_history_js, sizeof pages_company_history_js},
    {"pages/company-mails.js", pages_company_mails_js, sizeof pages_company_mails_js},
    {"pages/company.js", pages_company_js, sizeof pages_company_js},
    {"pages/confirm-email.js", pages_confirm_email_js, sizeof pages_confirm_email_js},
    {"pages/forgot-password.js", pages_forgot_password_js, sizeof pages_forgot_password_js},
    {"pages/hours.js", pages_hours_js, sizeof pages_hours_js},
    {"pages/imprint.js", pages_imprint_js, sizeof pages_imprint_js},
    {"pages/not-found.js", pages_not_found_js, sizeof pages_not_found_js},
    {"pages/people-cards.js", pages_people_cards_js, sizeof pages_people_cards_js},
    {"pages/people.js", pages_people_js, sizeof pages_people_js},
    {"pages/person-new.js", pages_person_new_js, sizeof pages_person_new_js},
    {"pages/person.js", pages_person_js, sizeof pages_person_js},
    {"pages/privacy.js", pages_privacy_js, sizeof pages_privacy_js},
    {"pages/profile.js", pages_profile_js, sizeof pages_profile_js},
    {"pages/record.js", pages_record_js, sizeof pages_record_js},
    {"pages/register.js", pages_register_js, sizeof pages_register_js},
    {"pages/restore-email.js", pages_restore_email_js, sizeof pages_restore_email_js},
    {"pages/second-factor.js", pages_second_factor_js, sizeof pages_second_factor_js},
    {"pages/server.js", pages_server_js, sizeof pages_server_js},
    {"pages/set-password.js", pages_set_password_js, sizeof pages_set_password_js},
    {"pages/sign-in.js", pages_sign_in_js, sizeof pages_sign_in_js},
    {"pages/site-costs.js", pages_site_costs_js, sizeof pages_site_costs_js},
    {"pages/site-edit.js", pages_site_edit_js, sizeof pages_site_edit_js},
    {"pages/site-history.js", pages_site_history_js, sizeof pages_site_history_js},
    {"pages/site-hours.js", pages_site_hours_js, sizeof pages_site_hours_js},
    {"pages/site-materials.js", pages_site_materials_js, sizeof pages_site_materials_js},
    {"pages/site-team.js", pages_site_team_js, sizeof pages_site_team_js},
    {"pages/site.js", pages_site_js, sizeof pages_site_js},
    {"pages/sites.js", pages_sites_js, sizeof pages_sites_js},
    {"pages/start.js", pages_start_js, sizeof pages_start_js},
    {"pages/statement.js", pages_statement_js, sizeof pages_statement_js},
    {"pages/tokens.js", pages_tokens_js, sizeof pages_tokens_js},
    {"pages/verify.js", pages_verify_js, sizeof pages_verify_js},
    {"pages/wages.js", pages_wages_js, sizeof pages_wages_js},
    {"parts/absence-form.js", parts_absence_form_js, sizeof parts_absence_form_js},
    {"parts/absence.js", parts_absence_js, sizeof parts_absence_js},
    {"parts/address-fields.js", parts_address_fields_js, sizeof parts_address_fields_js},
    {"parts/address-line.js", parts_address_line_js, sizeof parts_address_line_js},
    {"parts/address-proof.js", parts_address_proof_js, sizeof parts_address_proof_js},
    {"parts/ask-break.js", parts_ask_break_js, sizeof parts_ask_break_js},
    {"parts/audit.js", parts_audit_js, sizeof parts_audit_js},
    {"parts/book-clarification.js", parts_book_clarification_js, sizeof parts_book_clarification_js},
    {"parts/break-rule.js", parts_break_rule_js, sizeof parts_break_rule_js},
    {"parts/breaks-field.js", parts_breaks_field_js, sizeof parts_breaks_field_js},
    {"parts/breaks.js", parts_breaks_js, sizeof parts_breaks_js},
    {"parts/card-sheet.js", parts_card_sheet_js, sizeof parts_card_sheet_js},
    {"parts/cards.js", parts_cards_js, sizeof parts_cards_js},
    {"parts/chips.js", parts_chips_js, sizeof parts_chips_js},
    {"parts/clarification.js", parts_clarification_js, sizeof parts_clarification_js},
    {"parts/clarifications-mine.js", parts_clarifications_mine_js, sizeof parts_clarifications_mine_js},
    {"parts/clarified.js", parts_clarified_js, sizeof parts_clarified_js},
    {"parts/clock.js", parts_clock_js, sizeof parts_clock_js},
    {"parts/company-form.js", parts_company_form_js, sizeof parts_company_form_js},
    {"parts/confirm-again.js", parts_confirm_again_js, sizeof parts_confirm_again_js},
    {"parts/conflict.js", parts_conflict_js, sizeof parts_conflict_js},
    {"parts/correct-hours.js", parts_correct_hours_js, sizeof parts_correct_hours_js},
    {"parts/costs-export.js", parts_costs_export_js, sizeof parts_costs_export_js},
    {"parts/count-material.js", parts_count_material_js, sizeof parts_count_material_js},
    {"parts/crew-actions.js", parts_crew_actions_js, sizeof parts_crew_actions_js},
    {"parts/crew-hours.js", parts_crew_hours_js, sizeof parts_crew_hours_js},
    {"parts/crew-waiting.js", parts_crew_waiting_js, sizeof parts_crew_waiting_js},
    {"parts/csv.js", parts_csv_js, sizeof parts_csv_js},
    {"parts/day-approval.js", parts_day_approval_js, sizeof parts_day_approval_js},
    {"parts/day-explained.js", parts_day_explained_js, sizeof parts_day_explained_js},
    {"parts/device.js", parts_device_js, sizeof parts_device_js},
    {"parts/dialog.js", parts_dialog_js, sizeof parts_dialog_js},
    {"parts/door.js", parts_door_js, sizeof parts_door_js},
    {"parts/download.js", parts_download_js, sizeof parts_download_js},
    {"parts/edit-act.js", parts_edit_act_js, sizeof parts_edit_act_js},
    {"parts/email-link.js", parts_email_link_js, sizeof parts_email_link_js},
    {"parts/erase-company.js", parts_erase_company_js, sizeof parts_erase_company_js},
    {"parts/fields.js", parts_fields_js, sizeof parts_fields_js},
    {"parts/finish-site.js", parts_finish_site_js, sizeof parts_finish_site_js},
    {"parts/former-person.js", parts_former_person_js, sizeof parts_former_person_js},
    {"parts/frame.js", parts_frame_js, sizeof parts_frame_js},
    {"parts/hold-button.js", parts_hold_button_js, sizeof parts_hold_button_js},
    {"parts/home-screen.js", parts_home_screen_js, sizeof parts_home_screen_js},
    {"parts/hours-export.js", parts_hours_export_js, sizeof parts_hours_export_js},
    {"parts/hours-kept.js", parts_hours_kept_js, sizeof parts_hours_kept_js},
    {"parts/hours-mine.js", parts_hours_mine_js, sizeof parts_hours_mine_js},
    {"parts/hours-team.js", parts_hours_team_js, sizeof parts_hours_team_js},
    {"parts/icon.js", parts_icon_js, sizeof parts_icon_js},
    {"parts/invitation.js", parts_invitation_js, sizeof parts_invitation_js},
    {"parts/local-holidays.js", parts_local_holidays_js, sizeof parts_local_holidays_js},
    {"parts/long-entry.js", parts_long_entry_js, sizeof parts_long_entry_js},
    {"parts/lost-factor.js", parts_lost_factor_js, sizeof parts_lost_factor_js},
    {"parts/mail-reason.js", parts_mail_reason_js, sizeof parts_mail_reason_js},
    {"parts/make-token.js", parts_make_token_js, sizeof parts_make_token_js},
    {"parts/material-archive.js", parts_material_archive_js, sizeof parts_material_archive_js},
    {"parts/material-form.js", parts_material_form_js, sizeof parts_material_form_js},
    {"parts/material-list.js", parts_material_list_js, sizeof parts_material_list_js},
    {"parts/material-saved.js", parts_material_saved_js, sizeof parts_material_saved_js},
    {"parts/material-sheet.js", parts_material_sheet_js, sizeof parts_material_sheet_js},
    {"parts/months.js", parts_months_js, sizeof parts_months_js},
    {"parts/more-icons.js", parts_more_icons_js, sizeof parts_more_icons_js},
    {"parts/move-material.js", parts_move_material_js, sizeof parts_move_material_js},
    {"parts/movement.js", parts_movement_js, sizeof parts_movement_js},
    {"parts/next-person.js", parts_next_person_js, sizeof parts_next_person_js},
    {"parts/notice.js", parts_notice_js, sizeof parts_notice_js},
    {"parts/number-pad.js", parts_number_pad_js, sizeof parts_number_pad_js},
    {"parts/operator.js", parts_operator_js, sizeof parts_operator_js},
    {"parts/paged.js", parts_paged_js, sizeof parts_paged_js},
    {"parts/passkeys.js", parts_passkeys_js, sizeof parts_passkeys_js},
    {"parts/people-field.js", parts_people_field_js, sizeof parts_people_field_js},
    {"parts/period.js", parts_period_js, sizeof parts_period_js},
    {"parts/person-fields.js", parts_person_fields_js, sizeof parts_person_fields_js},
    {"parts/personnel-number.js", parts_personnel_number_js, sizeof parts_personnel_number_js},
    {"parts/phone-link.js", parts_phone_link_js, sizeof parts_phone_link_js},
    {"parts/pieces.js", parts_pieces_js, sizeof parts_pieces_js},
    {"parts/pin-field.js", parts_pin_field_js, sizeof parts_pin_field_js},
    {"parts/pin-sign-in.js", parts_pin_sign_in_js, sizeof parts_pin_sign_in_js},
    {"parts/print-cards.js", parts_print_cards_js, sizeof parts_print_cards_js},
    {"parts/qr-code.js", parts_qr_code_js, sizeof parts_qr_code_js},
    {"parts/regions.js", parts_regions_js, sizeof parts_regions_js},
    {"parts/remove-site.js", parts_remove_site_js, sizeof parts_remove_site_js},
    {"parts/running-time.js", parts_running_time_js, sizeof parts_running_time_js},
    {"parts/search-field.js", parts_search_field_js, sizeof parts_search_field_js},
    {"parts/second-step.js", parts_second_step_js, sizeof parts_second_step_js},
    {"parts/security-event.js", parts_security_event_js, sizeof parts_security_event_js},
    {"parts/sign-in-again.js", parts_sign_in_again_js, sizeof parts_sign_in_again_js},
    {"parts/similar-names.js", parts_similar_names_js, sizeof parts_similar_names_js},
    {"parts/site-card.js", parts_site_card_js, sizeof parts_site_card_js},
    {"parts/site-name.js", parts_site_name_js, sizeof parts_site_name_js},
    {"parts/statement-text.js", parts_statement_text_js, sizeof parts_statement_text_js},
    {"parts/still-there.js", parts_still_there_js, sizeof parts_still_there_js},
    {"parts/stock-chart.js", parts_stock_chart_js, sizeof parts_stock_chart_js},
    {"parts/stock.js", parts_stock_js, sizeof parts_stock_js},
    {"parts/tally.js", parts_tally_js, sizeof parts_tally_js},
    {"parts/targets.js", parts_targets_js, sizeof parts_targets_js},
    {"parts/tell-all.js", parts_tell_all_js, sizeof parts_tell_all_js},
    {"parts/time-entry.js", parts_time_entry_js, sizeof parts_time_entry_js},
    {"parts/time-sheets.js", parts_time_sheets_js, sizeof parts_time_sheets_js},
    {"parts/wage-settings.js", parts_wage_settings_js, sizeof parts_wage_settings_js},
    {"parts/waiting-list.js", parts_waiting_list_js, sizeof parts_waiting_list_js},
    {"parts/waiting.js", parts_waiting_js, sizeof parts_waiting_js},
    {"parts/wall-fields.js", parts_wall_fields_js, sizeof parts_wall_fields_js},
    {"parts/when-seen.js", parts_when_seen_js, sizeof parts_when_seen_js},
    {"sw.js", sw_js, sizeof sw_js},
    {"words/de-absences.js", words_de_absences_js, sizeof words_de_absences_js},
    {"words/de-accounts.js", words_de_accounts_js, sizeof words_de_accounts_js},
    {"words/de-clarifications.js", words_de_clarifications_js, sizeof words_de_clarifications_js},
    {"words/de-company.js", words_de_company_js, sizeof words_de_company_js},
    {"words/de-factors.js", words_de_factors_js, sizeof words_de_factors_js},
    {"words/de-history.js", words_de_history_js, sizeof words_de_history_js},
    {"words/de-hours.js", words_de_hours_js, sizeof words_de_hours_js},
    {"words/de-inside.js", words_de_inside_js, sizeof words_de_inside_js},
    {"words/de-people.js", words_de_people_js, sizeof words_de_people_js},
    {"words/de-privacy.js", words_de_privacy_js, sizeof words_de_privacy_js},
    {"words/de-problems.js", words_de_problems_js, sizeof words_de_problems_js},
    {"words/de-record.js", words_de_record_js, sizeof words_de_record_js},
    {"words/de-sites.js", words_de_sites_js, sizeof words_de_sites_js},
    {"words/de-statement.js", words_de_statement_js, sizeof words_de_statement_js},
    {"words/de-tokens.js", words_de_tokens_js, sizeof words_de_tokens_js},
    {"words/de-wages.js", words_de_wages_js, sizeof words_de_wages_js},
    {"words/de.js", words_de_js, sizeof words_de_js},
    {"words/en-absences.js", words_en_absences_js, sizeof words_en_absences_js},
    {"words/en-accounts.js", words_en_accounts_js, sizeof words_en_accounts_js},
    {"words/en-clarifications.js", words_en_clarifications_js, sizeof words_en_clarifications_js},
    {"words/en-company.js", words_en_company_js, sizeof words_en_company_js},
    {"words/en-factors.js", words_en_factors_js, sizeof words_en_factors_js},
    {"words/en-history.js", words_en_history_js, sizeof words_en_history_js},
    {"words/en-hours.js", words_en_hours_js, sizeof words_en_hours_js},
    {"words/en-inside.js", words_en_inside_js, sizeof words_en_inside_js},
    {"words/en-people.js", words_en_people_js, sizeof words_en_people_js},
    {"words/en-privacy.js", words_en_privacy_js, sizeof words_en_privacy_js},
    {"words/en-problems.js", words_en_problems_js, sizeof words_en_problems_js},
    {"words/en-sites.js", words_en_sites_js, sizeof words_en_sites_js},
    {"words/en-statement.js", words_en_statement_js, sizeof words_en_statement_js},
    {"words/en-tokens.js", words_en_tokens_js, sizeof words_en_tokens_js},
    {"words/en-wages.js", words_en_wages_js, sizeof words_en_wages_js},
    {"words/en.js", words_en_js, sizeof words_en_js},
};

struct polier_files polier_web(void) { return (struct polier_files){web, sizeof web / sizeof web[0]}; }
