#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "metrics/result/result_set.hpp"

namespace walbench::tools {

/// Tidy: a header, then one row a configuration, segment and percentile (of a mitigation's side,
/// likewise; of a distribution or interval, likewise); RFC 4180, with line feeds.
/// Part by part, since interval logs may be long.
void write_csv(const metrics::ResultSet& set, const std::function<void(std::string_view)>& write);

/// A text as a field: quoted where it must be, and so that no spreadsheet takes it for a formula.
std::string csv_field(std::string_view text);

}  // namespace walbench::tools
