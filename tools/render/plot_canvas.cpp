#include "tools/render/plot_canvas.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace walbench::tools {
namespace {

constexpr std::array<std::string_view, PlotCanvas::kMarks> kAsciiMarks = {"*", "+", "o", "x", "#",
                                                                          "@", "%", "&", "=", "$"};
constexpr std::array<std::string_view, PlotCanvas::kMarks> kUnicodeMarks = {
    "●", "▲", "■", "◆", "○", "△", "□", "◇", "★", "☆"};
constexpr std::array<std::string_view, 6> kColours = {"\x1b[36m", "\x1b[33m", "\x1b[35m",
                                                      "\x1b[32m", "\x1b[34m", "\x1b[31m"};
constexpr std::string_view kColourEnd = "\x1b[0m";
constexpr std::size_t kMarkDistance = 12;  // columns

// U+2800 with these bits set: by column, then by row within the character.
constexpr std::array<std::array<std::uint8_t, 4>, 2> kDotBits = {
    {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}}};

/// UTF-8 of a braille character: U+2800 to U+28FF.
std::string braille(std::uint8_t dots) {
  return {'\xe2', static_cast<char>(0xA0 + (dots >> 6U)), static_cast<char>(0x80 + (dots & 0x3FU))};
}

std::size_t distance(std::size_t from, std::size_t to) {
  return from < to ? to - from : from - to;
}

/// The nearest whole number to the point after `step` of `steps` on the way.
std::size_t between(std::size_t from, std::size_t to, std::size_t step, std::size_t steps) {
  return (2 * (from * (steps - step) + to * step) + steps) / (2 * steps);
}

}  // namespace

PlotCanvas::PlotCanvas(std::size_t columns, std::size_t rows, const PlotStyle& style)
    : columns_(columns),
      rows_(rows),
      unicode_(style.unicode),
      coloured_(style.colour),
      dots_per_column_(style.unicode ? 2 : 1),
      dots_per_row_(style.unicode ? 4 : 1),
      cells_(columns * rows),
      pens_(kMarks) {}

void PlotCanvas::dot(std::size_t curve, std::size_t x, std::size_t y) {
  const std::size_t column = x / dots_per_column_;
  const std::size_t row = y / dots_per_row_;
  Cell& cell = cells_[row * columns_ + column];
  cell.curves |= static_cast<std::uint16_t>(1U << curve);
  cell.dots |= kDotBits[x % dots_per_column_][y % dots_per_row_];
  Pen& pen = pens_[curve];
  pen.last_rows[column] = row;
  pen.last_column = std::max(pen.last_column, column);
}

void PlotCanvas::draw_to(std::size_t curve, std::size_t x, std::size_t y) {
  Pen& pen = pens_[curve];
  if (pen.last_rows.empty()) pen = {x, y, std::vector<std::size_t>(columns_, rows_), 0};
  const std::size_t from_x = pen.x;
  const std::size_t from_y = pen.y;
  const std::size_t steps = std::max({distance(from_x, x), distance(from_y, y), std::size_t{1}});
  for (std::size_t step = 0; step <= steps; ++step) {
    dot(curve, between(from_x, x, step, steps), between(from_y, y, step, steps));
  }
  pen.x = x;
  pen.y = y;
}

void PlotCanvas::set_marks(std::size_t curves) {
  if (!unicode_) return;
  // Two columns for each curve, so that no mark touches the next.
  const std::size_t distance = std::max(kMarkDistance, 2 * curves);
  for (std::size_t curve = 0; curve < pens_.size(); ++curve) {
    const Pen& pen = pens_[curve];
    if (pen.last_rows.empty()) continue;
    const std::size_t first = distance * (2 * curve + 1) / (2 * curves);
    for (std::size_t column = 0; column < columns_; ++column) {
      const std::size_t row = pen.last_rows[column];
      const bool due = column % distance == first || column == pen.last_column;
      if (row == rows_ || !due) continue;
      Cell& cell = cells_[row * columns_ + column];
      if (cell.marked) continue;
      cell.marked = true;
      cell.marked_by = static_cast<std::uint8_t>(curve);
    }
  }
}

std::size_t PlotCanvas::curve_at(const Cell& cell, std::size_t column) const {
  if (cell.marked) return cell.marked_by;
  std::uint16_t curves = cell.curves;
  const auto count = static_cast<std::size_t>(std::popcount(curves));
  for (std::size_t skipped = column % count; skipped > 0; --skipped) {
    curves &= static_cast<std::uint16_t>(curves - 1);
  }
  return static_cast<std::size_t>(std::countr_zero(curves));
}

std::string_view PlotCanvas::colour(std::size_t curve) const {
  return coloured_ ? kColours[curve % kColours.size()] : std::string_view();
}

std::string PlotCanvas::row(std::size_t index) const {
  std::string out;
  std::string_view current;  // the colour that is on
  std::size_t spaces = 0;
  for (std::size_t column = 0; column < columns_; ++column) {
    const Cell& cell = cells_[index * columns_ + column];
    if (cell.curves == 0) {
      ++spaces;
      continue;
    }
    out.append(spaces, ' ');
    spaces = 0;
    const std::size_t curve = curve_at(cell, column);
    if (colour(curve) != current) out += current = colour(curve);
    if (!unicode_) {
      out += kAsciiMarks[curve];
    } else {
      out += cell.marked ? std::string(kUnicodeMarks[curve]) : braille(cell.dots);
    }
  }
  if (!current.empty()) out += kColourEnd;
  return out;
}

std::string PlotCanvas::mark(std::size_t curve) const {
  const std::string_view plain = unicode_ ? kUnicodeMarks[curve] : kAsciiMarks[curve];
  return coloured_ ? std::string(colour(curve)).append(plain).append(kColourEnd)
                   : std::string(plain);
}

}  // namespace walbench::tools
