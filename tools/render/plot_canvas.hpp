#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/render/plot_style.hpp"

namespace walbench::tools {

/// Characters on which curves are drawn. In Unicode the curves are fine dots (braille, 2 by 4 in a
/// character) with the curve's mark here and there; in ASCII they are made of their marks. Where
/// curves meet, characters go to each of them in turn. A value; no thread safety.
class PlotCanvas {
 public:
  /// The most curves that can be told apart.
  static constexpr std::size_t kMarks = 10;

  PlotCanvas(std::size_t columns, std::size_t rows, const PlotStyle& style);

  std::size_t dots_across() const { return columns_ * dots_per_column_; }
  std::size_t dots_down() const { return rows_ * dots_per_row_; }
  std::size_t dots_per_row() const { return dots_per_row_; }

  /// Draws on with that curve (below kMarks) to a dot, 0, 0 being top left: a line from where the
  /// curve was, or its first dot. Requires: x < dots_across(), y < dots_down().
  void draw_to(std::size_t curve, std::size_t x, std::size_t y);

  /// Where there are many curves their marks are further apart. Once, after all was drawn.
  void set_marks(std::size_t curves);

  /// A row of characters, without spaces at its end.
  std::string row(std::size_t index) const;

  /// A curve's mark, in its colour, as in the rows.
  std::string mark(std::size_t curve) const;

 private:
  struct Cell {
    std::uint16_t curves = 0;  ///< a bit each
    std::uint8_t dots = 0;     ///< as in braille's code points
    bool marked = false;
    std::uint8_t marked_by = 0;
  };
  /// Where a curve is, and has been.
  struct Pen {
    std::size_t x = 0;
    std::size_t y = 0;
    /// By column: in which row it left it; rows_ where it was not. Empty where nothing was drawn.
    std::vector<std::size_t> last_rows;
    std::size_t last_column = 0;
  };

  void dot(std::size_t curve, std::size_t x, std::size_t y);
  std::size_t curve_at(const Cell& cell, std::size_t column) const;
  std::string_view colour(std::size_t curve) const;

  std::size_t columns_;
  std::size_t rows_;
  bool unicode_;
  bool coloured_;
  std::size_t dots_per_column_;
  std::size_t dots_per_row_;
  std::vector<Cell> cells_;
  std::vector<Pen> pens_;  // by curve
};

}  // namespace walbench::tools
