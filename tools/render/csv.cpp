#include "tools/render/csv.hpp"

#include <fmt/format.h>

#include <cmath>

#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

void add_cell(const Cell& cell, std::string& out) {
  if (!cell.number) {
    // Most cells of long tables are empty.
    if (!cell.text.empty()) out += csv_field(cell.text);
    return;
  }
  constexpr double kExact = 9e15;  // whole numbers up to here have all their digits
  const double number = *cell.number;
  if (std::trunc(number) == number && std::abs(number) < kExact) {
    out += fmt::format("{}", static_cast<std::int64_t>(number));
  } else {
    out += fmt::format("{:.9g}", number);
  }
}

}  // namespace

std::string csv_field(std::string_view text) {
  std::string field = printable(text);
  constexpr std::string_view kFormulaStarts = "=+-@";
  if (!field.empty() && kFormulaStarts.find(field.front()) != std::string_view::npos) {
    field.insert(0, "'");
  }
  if (field.find_first_of(",\"\n") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

void write_csv(const Table& table, const TextSink& write) {
  PartWriter part(write);
  std::string& out = part.text();
  for (const Column& column : table.columns) {
    if (&column != &table.columns.front()) out += ',';
    out += csv_field(column.name);
  }
  out += '\n';
  table.for_each_row([&](const Row& row) {
    for (const Cell& cell : row) {
      if (&cell != &row.front()) out += ',';
      add_cell(cell, out);
    }
    out += '\n';
    part.pass_on();
    return true;
  });
  part.finish();
}

}  // namespace walbench::tools
