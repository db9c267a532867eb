// Written by scripts/embed-web.

#include "Embedded.h"

// clang-format off
static const unsigned char file_0[] = {
#embed "../../web/app/api.js"
};
static const unsigned char file_1[] = {
#embed "../../web/app/begin.js"
};
static const unsigned char file_2[] = {
#embed "../../web/app/connection.js"
};
static const unsigned char file_3[] = {
#embed "../../web/app/database.js"
};
static const unsigned char file_4[] = {
#embed "../../web/app/form.js"
};
static const unsigned char file_5[] = {
#embed "../../web/app/html.js"
};
static const unsigned char file_6[] = {
#embed "../../web/app/kept.js"
};
static const unsigned char file_7[] = {
#embed "../../web/app/live.js"
};
static const unsigned char file_8[] = {
#embed "../../web/app/main.js"
};
static const unsigned char file_9[] = {
#embed "../../web/app/may.js"
};
static const unsigned char file_10[] = {
#embed "../../web/app/page.js"
};
static const unsigned char file_11[] = {
#embed "../../web/app/problem.js"
};
static const unsigned char file_12[] = {
#embed "../../web/app/router.js"
};
static const unsigned char file_13[] = {
#embed "../../web/app/routes.js"
};
static const unsigned char file_14[] = {
#embed "../../web/app/session.js"
};
static const unsigned char file_15[] = {
#embed "../../web/app/words.js"
};
static const unsigned char file_16[] = {
#embed "../../web/css/base.css"
};
static const unsigned char file_17[] = {
#embed "../../web/css/forms.css"
};
static const unsigned char file_18[] = {
#embed "../../web/css/layout.css"
};
static const unsigned char file_19[] = {
#embed "../../web/css/parts.css"
};
static const unsigned char file_20[] = {
#embed "../../web/css/start.css"
};
static const unsigned char file_21[] = {
#embed "../../web/css/tokens.css"
};
static const unsigned char file_22[] = {
#embed "../../web/icons/favicon.svg"
};
static const unsigned char file_23[] = {
#embed "../../web/icons/icon.svg"
};
static const unsigned char file_24[] = {
#embed "../../web/icons/maskable.svg"
};
static const unsigned char file_25[] = {
#embed "../../web/index.html"
};
static const unsigned char file_26[] = {
#embed "../../web/manifest.webmanifest"
};
static const unsigned char file_27[] = {
#embed "../../web/pages/forgot-password.js"
};
static const unsigned char file_28[] = {
#embed "../../web/pages/not-found.js"
};
static const unsigned char file_29[] = {
#embed "../../web/pages/register.js"
};
static const unsigned char file_30[] = {
#embed "../../web/pages/set-password.js"
};
static const unsigned char file_31[] = {
#embed "../../web/pages/sign-in.js"
};
static const unsigned char file_32[] = {
#embed "../../web/pages/start.js"
};
static const unsigned char file_33[] = {
#embed "../../web/parts/address-fields.js"
};
static const unsigned char file_34[] = {
#embed "../../web/parts/chips.js"
};
static const unsigned char file_35[] = {
#embed "../../web/parts/dialog.js"
};
static const unsigned char file_36[] = {
#embed "../../web/parts/door.js"
};
static const unsigned char file_37[] = {
#embed "../../web/parts/fields.js"
};
static const unsigned char file_38[] = {
#embed "../../web/parts/frame.js"
};
static const unsigned char file_39[] = {
#embed "../../web/parts/icon.js"
};
static const unsigned char file_40[] = {
#embed "../../web/parts/pieces.js"
};
static const unsigned char file_41[] = {
#embed "../../web/parts/sign-in-again.js"
};
static const unsigned char file_42[] = {
#embed "../../web/parts/stock.js"
};
static const unsigned char file_43[] = {
#embed "../../web/words/de.js"
};
static const unsigned char file_44[] = {
#embed "../../web/words/en.js"
};

static const struct polier_file web[] = {
    {"app/api.js", file_0, sizeof file_0},
    {"app/begin.js", file_1, sizeof file_1},
    {"app/connection.js", file_2, sizeof file_2},
    {"app/database.js", file_3, sizeof file_3},
    {"app/form.js", file_4, sizeof file_4},
    {"app/html.js", file_5, sizeof file_5},
    {"app/kept.js", file_6, sizeof file_6},
    {"app/live.js", file_7, sizeof file_7},
    {"app/main.js", file_8, sizeof file_8},
    {"app/may.js", file_9, sizeof file_9},
    {"app/page.js", file_10, sizeof file_10},
    {"app/problem.js", file_11, sizeof file_11},
    {"app/router.js", file_12, sizeof file_12},
    {"app/routes.js", file_13, sizeof file_13},
    {"app/session.js", file_14, sizeof file_14},
    {"app/words.js", file_15, sizeof file_15},
    {"css/base.css", file_16, sizeof file_16},
    {"css/forms.css", file_17, sizeof file_17},
    {"css/layout.css", file_18, sizeof file_18},
    {"css/parts.css", file_19, sizeof file_19},
    {"css/start.css", file_20, sizeof file_20},
    {"css/tokens.css", file_21, sizeof file_21},
    {"icons/favicon.svg", file_22, sizeof file_22},
    {"icons/icon.svg", file_23, sizeof file_23},
    {"icons/maskable.svg", file_24, sizeof file_24},
    {"index.html", file_25, sizeof file_25},
    {"manifest.webmanifest", file_26, sizeof file_26},
    {"pages/forgot-password.js", file_27, sizeof file_27},
    {"pages/not-found.js", file_28, sizeof file_28},
    {"pages/register.js", file_29, sizeof file_29},
    {"pages/set-password.js", file_30, sizeof file_30},
    {"pages/sign-in.js", file_31, sizeof file_31},
    {"pages/start.js", file_32, sizeof file_32},
    {"parts/address-fields.js", file_33, sizeof file_33},
    {"parts/chips.js", file_34, sizeof file_34},
    {"parts/dialog.js", file_35, sizeof file_35},
    {"parts/door.js", file_36, sizeof file_36},
    {"parts/fields.js", file_37, sizeof file_37},
    {"parts/frame.js", file_38, sizeof file_38},
    {"parts/icon.js", file_39, sizeof file_39},
    {"parts/pieces.js", file_40, sizeof file_40},
    {"parts/sign-in-again.js", file_41, sizeof file_41},
    {"parts/stock.js", file_42, sizeof file_42},
    {"words/de.js", file_43, sizeof file_43},
    {"words/en.js", file_44, sizeof file_44},
};

struct polier_files polier_web(void) { return (struct polier_files){web, sizeof web / sizeof web[0]}; }
