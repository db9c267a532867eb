// Written by scripts/embed.

#include "Embedded.h"

static const unsigned char mail_absence_answered_de_mustache[] = {
#embed "mails/absence-answered.de.mustache"
};
static const unsigned char mail_absence_answered_en_mustache[] = {
#embed "mails/absence-answered.en.mustache"
};
static const unsigned char mail_absence_asked_de_mustache[] = {
#embed "mails/absence-asked.de.mustache"
};
static const unsigned char mail_absence_asked_en_mustache[] = {
#embed "mails/absence-asked.en.mustache"
};
static const unsigned char mail_absence_changed_de_mustache[] = {
#embed "mails/absence-changed.de.mustache"
};
static const unsigned char mail_absence_changed_en_mustache[] = {
#embed "mails/absence-changed.en.mustache"
};
static const unsigned char mail_days_approved_de_mustache[] = {
#embed "mails/days-approved.de.mustache"
};
static const unsigned char mail_days_approved_en_mustache[] = {
#embed "mails/days-approved.en.mustache"
};
static const unsigned char mail_days_reopened_de_mustache[] = {
#embed "mails/days-reopened.de.mustache"
};
static const unsigned char mail_days_reopened_en_mustache[] = {
#embed "mails/days-reopened.en.mustache"
};
static const unsigned char mail_days_submitted_de_mustache[] = {
#embed "mails/days-submitted.de.mustache"
};
static const unsigned char mail_days_submitted_en_mustache[] = {
#embed "mails/days-submitted.en.mustache"
};
static const unsigned char mail_email_changed_de_mustache[] = {
#embed "mails/email-changed.de.mustache"
};
static const unsigned char mail_email_changed_en_mustache[] = {
#embed "mails/email-changed.en.mustache"
};
static const unsigned char mail_email_changing_de_mustache[] = {
#embed "mails/email-changing.de.mustache"
};
static const unsigned char mail_email_changing_en_mustache[] = {
#embed "mails/email-changing.en.mustache"
};
static const unsigned char mail_email_confirm_de_mustache[] = {
#embed "mails/email-confirm.de.mustache"
};
static const unsigned char mail_email_confirm_en_mustache[] = {
#embed "mails/email-confirm.en.mustache"
};
static const unsigned char mail_email_undone_de_mustache[] = {
#embed "mails/email-undone.de.mustache"
};
static const unsigned char mail_email_undone_en_mustache[] = {
#embed "mails/email-undone.en.mustache"
};
static const unsigned char mail_hours_head_de_mustache[] = {
#embed "mails/hours-head.de.mustache"
};
static const unsigned char mail_hours_head_en_mustache[] = {
#embed "mails/hours-head.en.mustache"
};
static const unsigned char mail_hours_kept_de_mustache[] = {
#embed "mails/hours-kept.de.mustache"
};
static const unsigned char mail_hours_kept_en_mustache[] = {
#embed "mails/hours-kept.en.mustache"
};
static const unsigned char mail_invitation_de_mustache[] = {
#embed "mails/invitation.de.mustache"
};
static const unsigned char mail_invitation_en_mustache[] = {
#embed "mails/invitation.en.mustache"
};
static const unsigned char mail_layout_html_mustache[] = {
#embed "mails/layout.html.mustache"
};
static const unsigned char mail_layout_txt_mustache[] = {
#embed "mails/layout.txt.mustache"
};
static const unsigned char mail_low_stock_de_mustache[] = {
#embed "mails/low-stock.de.mustache"
};
static const unsigned char mail_low_stock_en_mustache[] = {
#embed "mails/low-stock.en.mustache"
};
static const unsigned char mail_password_changed_de_mustache[] = {
#embed "mails/password-changed.de.mustache"
};
static const unsigned char mail_password_changed_en_mustache[] = {
#embed "mails/password-changed.en.mustache"
};
static const unsigned char mail_reset_de_mustache[] = {
#embed "mails/reset.de.mustache"
};
static const unsigned char mail_reset_en_mustache[] = {
#embed "mails/reset.en.mustache"
};
static const unsigned char mail_second_factor_de_mustache[] = {
#embed "mails/second-factor.de.mustache"
};
static const unsigned char mail_second_factor_en_mustache[] = {
#embed "mails/second-factor.en.mustache"
};
static const unsigned char mail_still_there_de_mustache[] = {
#embed "mails/still-there.de.mustache"
};
static const unsigned char mail_still_there_en_mustache[] = {
#embed "mails/still-there.en.mustache"
};
static const unsigned char mail_verify_de_mustache[] = {
#embed "mails/verify.de.mustache"
};
static const unsigned char mail_verify_en_mustache[] = {
#embed "mails/verify.en.mustache"
};

static const struct polier_file mails[] = {
    {"absence-answered.de", mail_absence_answered_de_mustache, sizeof mail_absence_answered_de_mustache},
    {"absence-answered.en", mail_absence_answered_en_mustache, sizeof mail_absence_answered_en_mustache},
    {"absence-asked.de", mail_absence_asked_de_mustache, sizeof mail_absence_asked_de_mustache},
    {"absence-asked.en", mail_absence_asked_en_mustache, sizeof mail_absence_asked_en_mustache},
    {"absence-changed.de", mail_absence_changed_de_mustache, sizeof mail_absence_changed_de_mustache},
    {"absence-changed.en", mail_absence_changed_en_mustache, sizeof mail_absence_changed_en_mustache},
    {"days-approved.de", mail_days_approved_de_mustache, sizeof mail_days_approved_de_mustache},
    {"days-approved.en", mail_days_approved_en_mustache, sizeof mail_days_approved_en_mustache},
    {"days-reopened.de", mail_days_reopened_de_mustache, sizeof mail_days_reopened_de_mustache},
    {"days-reopened.en", mail_days_reopened_en_mustache, sizeof mail_days_reopened_en_mustache},
    {"days-submitted.de", mail_days_submitted_de_mustache, sizeof mail_days_submitted_de_mustache},
    {"days-submitted.en", mail_days_submitted_en_mustache, sizeof mail_days_submitted_en_mustache},
    {"email-changed.de", mail_email_changed_de_mustache, sizeof mail_email_changed_de_mustache},
    {"email-changed.en", mail_email_changed_en_mustache, sizeof mail_email_changed_en_mustache},
    {"email-changing.de", mail_email_changing_de_mustache, sizeof mail_email_changing_de_mustache},
    {"email-changing.en", mail_email_changing_en_mustache, sizeof mail_email_changing_en_mustache},
    {"email-confirm.de", mail_email_confirm_de_mustache, sizeof mail_email_confirm_de_mustache},
    {"email-confirm.en", mail_email_confirm_en_mustache, sizeof mail_email_confirm_en_mustache},
    {"email-undone.de", mail_email_undone_de_mustache, sizeof mail_email_undone_de_mustache},
    {"email-undone.en", mail_email_undone_en_mustache, sizeof mail_email_undone_en_mustache},
    {"hours-head.de", mail_hours_head_de_mustache, sizeof mail_hours_head_de_mustache},
    {"hours-head.en", mail_hours_head_en_mustache, sizeof mail_hours_head_en_mustache},
    {"hours-kept.de", mail_hours_kept_de_mustache, sizeof mail_hours_kept_de_mustache},
    {"hours-kept.en", mail_hours_kept_en_mustache, sizeof mail_hours_kept_en_mustache},
    {"invitation.de", mail_invitation_de_mustache, sizeof mail_invitation_de_mustache},
    {"invitation.en", mail_invitation_en_mustache, sizeof mail_invitation_en_mustache},
    {"layout.html", mail_layout_html_mustache, sizeof mail_layout_html_mustache},
    {"layout.txt", mail_layout_txt_mustache, sizeof mail_layout_txt_mustache},
    {"low-stock.de", mail_low_stock_de_mustache, sizeof mail_low_stock_de_mustache},
    {"low-stock.en", mail_low_stock_en_mustache, sizeof mail_low_stock_en_mustache},
    {"password-changed.de", mail_password_changed_de_mustache, sizeof mail_password_changed_de_mustache},
    {"password-changed.en", mail_password_changed_en_mustache, sizeof mail_password_changed_en_mustache},
    {"reset.de", mail_reset_de_mustache, sizeof mail_reset_de_mustache},
    {"reset.en", mail_reset_en_mustache, sizeof mail_reset_en_mustache},
    {"second-factor.de", mail_second_factor_de_mustache, sizeof mail_second_factor_de_mustache},
    {"second-factor.en", mail_second_factor_en_mustache, sizeof mail_second_factor_en_mustache},
    {"still-there.de", mail_still_there_de_mustache, sizeof mail_still_there_de_mustache},
    {"still-there.en", mail_still_there_en_mustache, sizeof mail_still_there_en_mustache},
    {"verify.de", mail_verify_de_mustache, sizeof mail_verify_de_mustache},
    {"verify.en", mail_verify_en_mustache, sizeof mail_verify_en_mustache},
};

struct polier_files polier_mails(void) { return (struct polier_files){mails, sizeof mails / sizeof mails[0]}; }
