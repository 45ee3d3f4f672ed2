#pragma once

#include <string_view>

namespace walbench::tools {

// What pages carry with them; generated from tools/page/ and an installed Chart.js when building.
// The digests are in hexadecimal.

extern const std::string_view kPageStyle;
extern const std::string_view kPageStyleSha256;
extern const std::string_view kPageScript;
extern const std::string_view kPageScriptSha256;
extern const std::string_view kChartLibrary;
extern const std::string_view kChartLibrarySha256;
extern const std::string_view kChartLicence;
extern const std::string_view kChartLicenceSha256;

}  // namespace walbench::tools
