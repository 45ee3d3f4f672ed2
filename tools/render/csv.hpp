#pragma once

#include <string>
#include <string_view>

#include "tools/document/document.hpp"
#include "tools/render/sink.hpp"

namespace walbench::tools {

/// A header, then the rows; RFC 4180, with line feeds. Numbers stand with nine digits and without a
/// unit, everything else as its text. Part by part, since tables may be long.
void write_csv(const Table& table, const TextSink& write);

/// A text as a field: quoted if it must be, and so that no spreadsheet takes it for a formula.
std::string csv_field(std::string_view text);

}  // namespace walbench::tools
