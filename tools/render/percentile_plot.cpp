#include "tools/render/percentile_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "tools/program/text.hpp"
#include "tools/render/plot_canvas.hpp"
#include "tools/render/terminal.hpp"

namespace walbench::tools {
namespace {

static_assert(kMostCurves == PlotCanvas::kMarks);

constexpr int kPerDecade = 3;  // 1, 2, 5
constexpr int kLongestPlainExponent = 6;

/// The round numbers 1, 2, 5, 10, 20, ... by their index; 1 has index 0.
double round_number(int index) {
  constexpr std::array kMantissas = {1.0, 2.0, 5.0};
  const int exponent = index >= 0 ? index / kPerDecade : (index - (kPerDecade - 1)) / kPerDecade;
  return kMantissas[static_cast<std::size_t>(index - kPerDecade * exponent)] *
         std::pow(10.0, exponent);
}

std::string round_number_text(int index) {
  const double number = round_number(index);
  const int exponent = static_cast<int>(std::floor(std::log10(number) + 1e-9));
  if (std::abs(exponent) > kLongestPlainExponent) return fmt::format("{:.0e}", number);
  return exponent >= 0 ? with_thousands(number) : fmt::format("{:.{}f}", number, -exponent);
}

/// The index of the last round number that is not above `value`.
int index_at_most(double value) {
  int index = kPerDecade * static_cast<int>(std::floor(std::log10(value))) + kPerDecade;
  while (round_number(index) > value) {
    --index;
  }
  return index;
}

// Beyond these, round numbers around a value are no longer doubles.
constexpr double kSmallest = 1e-300;  // anything less is drawn as 0
constexpr double kLargest = 1e300;

bool can_be_drawn(const Series::Point& point) {
  return point.x >= 1 && point.x <= kLargest && point.y <= kLargest;
}

bool is_zero(const Series::Point& point) {
  return point.y < kSmallest;
}

/// What the axes must reach.
struct Extent {
  double value_min = std::numeric_limits<double>::infinity();  ///< of those above 0
  double value_max = 0;
  double inverse_distance_max = 10;
  bool zeros = false;
  bool empty = true;

  bool nothing_but_zeros() const { return value_max < kSmallest; }

  void include(const Series::Point& point) {
    empty = false;
    inverse_distance_max = std::max(inverse_distance_max, point.x);
    value_max = std::max(value_max, point.y);
    if (is_zero(point)) {
      zeros = true;
    } else {
      value_min = std::min(value_min, point.y);
    }
  }
};

/// The vertical axis: round numbers at both ends and, where there are zeros, a row for them below.
class ValueAxis {
 public:
  ValueAxis(const Extent& extent, std::size_t rows) : rows_(rows - (extent.zeros ? 1 : 0)) {
    if (extent.nothing_but_zeros()) return;
    low_ = index_at_most(extent.value_min);
    high_ = index_at_most(extent.value_max);
    if (round_number(high_) < extent.value_max) ++high_;
    // Two steps or more, so that what lies at one of their ends gets room there.
    while (high_ - low_ < 2) {
      const bool near_low =
          extent.value_min / round_number(low_) < round_number(high_) / extent.value_max;
      near_low ? --low_ : ++high_;
    }
  }

  /// How far up from the lowest row (0) to the highest (1) a value above 0 lies.
  double height_of(double value) const {
    const double low = std::log10(round_number(low_));
    const double high = std::log10(round_number(high_));
    return std::clamp((std::log10(value) - low) / (high - low), 0.0, 1.0);
  }

  /// The text beside each row, from the top, without that of zeros.
  std::vector<std::string> labels() const {
    std::vector<std::string> texts(rows_);
    const auto last = static_cast<double>(rows_ - 1);
    // At least two rows from label to label, and whole decades unless 1, 2, 5 fit.
    int step = 1;
    while (last * step < 2.0 * (high_ - low_)) {
      step += step == 1 ? kPerDecade - 1 : kPerDecade;
    }
    for (int index = low_; index <= high_; ++index) {
      if (index % step != 0) continue;
      const double up = last * (index - low_) / (high_ - low_);
      texts[static_cast<std::size_t>(std::lround(last - up))] = round_number_text(index);
    }
    return texts;
  }

 private:
  std::size_t rows_;
  int low_ = -1;
  int high_ = 1;
};

/// Marks along the horizontal axis, and the texts below them.
struct PercentileAxis {
  std::vector<std::size_t> ticks;  ///< columns
  std::string labels;
};

std::string percent_text(int nines) {
  constexpr std::array<const char*, 3> kFirst = {"0 %", "90 %", "99 %"};
  if (nines < 3) return kFirst[static_cast<std::size_t>(nines)];
  return "99." + std::string(static_cast<std::size_t>(nines) - 2, '9') + " %";
}

/// Puts the text with its middle at `column` where that is free, at least two spaces from others.
bool place(const std::string& text, std::size_t column, std::string& line) {
  const std::size_t half = text.size() / 2;
  const std::size_t first = std::min(column > half ? column - half : 0, line.size() - text.size());
  const std::size_t from = first > 2 ? first - 2 : 0;
  const std::size_t until = std::min(first + text.size() + 2, line.size());
  if (line.find_first_not_of(' ', from) < until) return false;
  line.replace(first, text.size(), text);
  return true;
}

PercentileAxis percentile_axis(double inverse_distance_max, std::size_t columns) {
  const double decades = std::log10(inverse_distance_max);
  const auto column_of = [&](double decade) {
    return static_cast<std::size_t>(
        std::lround(decade / decades * static_cast<double>(columns - 1)));
  };
  PercentileAxis axis{{}, std::string(columns, ' ')};
  for (int nines = 0; nines <= decades + 1e-9; ++nines) {
    axis.ticks.push_back(column_of(nines));
    place(percent_text(nines), axis.ticks.back(), axis.labels);
  }
  const std::size_t median = column_of(std::log10(2.0));
  if (place("50 %", median, axis.labels)) axis.ticks.push_back(median);
  axis.labels.erase(axis.labels.find_last_not_of(' ') + 1);
  return axis;
}

Extent extent_of(const std::vector<Series>& curves, std::size_t shown) {
  Extent extent;
  for (std::size_t curve = 0; curve < shown; ++curve) {
    for (const Series::Point& point : curves[curve].points) {
      if (can_be_drawn(point)) extent.include(point);
    }
  }
  return extent;
}

/// The texts to the left of all rows, flush right.
std::vector<std::string> row_labels(const Extent& extent, const ValueAxis& axis, std::size_t rows) {
  std::vector<std::string> labels =
      extent.nothing_but_zeros() ? std::vector<std::string>(rows - 1) : axis.labels();
  if (extent.zeros) labels.emplace_back("0");
  std::size_t widest = 0;
  for (const std::string& label : labels) {
    widest = std::max(widest, label.size());
  }
  for (std::string& label : labels) {
    label.insert(0, widest - label.size(), ' ');
  }
  return labels;
}

void draw(const std::vector<Series::Point>& points, std::size_t curve, const Extent& extent,
          const ValueAxis& axis, PlotCanvas& canvas) {
  const double decades = std::log10(extent.inverse_distance_max);
  const auto last_x = static_cast<double>(canvas.dots_across() - 1);
  // Zeros lie in the middle of the lowest row.
  const std::size_t zero_dots = extent.zeros ? canvas.dots_per_row() : 0;
  const auto last_y = static_cast<double>(canvas.dots_down() - zero_dots - 1);
  for (const Series::Point& point : points) {
    if (!can_be_drawn(point)) continue;
    const auto x = static_cast<std::size_t>(std::lround(std::log10(point.x) / decades * last_x));
    const std::size_t y =
        is_zero(point)
            ? canvas.dots_down() - (zero_dots + 1) / 2
            : static_cast<std::size_t>(std::lround((1 - axis.height_of(point.y)) * last_y));
    canvas.draw_to(curve, x, y);
  }
}

/// At most so many characters; in ASCII, a question mark for each that is not.
std::string fitted(const std::string& text, std::size_t most, bool unicode) {
  std::string out;
  std::size_t length = 0;
  std::size_t end_with_room = 0;  // where the text can end to have dots behind it
  for (const char c : text) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    if (!continues) {
      if (length + 3 <= most) end_with_room = out.size();
      if (++length > most) return out.substr(0, end_with_room) + "...";
    }
    const bool ascii = static_cast<unsigned char>(c) < 0x80U;
    if (ascii || unicode) {
      out += c;
    } else if (!continues) {
      out += '?';
    }
  }
  return out;
}

std::string legend(const std::vector<Series>& curves, const PlotCanvas& canvas,
                   const PlotStyle& style) {
  constexpr std::string_view kIndent = "  ";
  std::string out;
  std::size_t used = style.width;  // so that the first one begins a line
  for (std::size_t curve = 0; curve < std::min(curves.size(), kMostCurves); ++curve) {
    const bool nothing = std::ranges::none_of(curves[curve].points, can_be_drawn);
    const std::string_view note = nothing ? " (no samples)" : "";
    const std::string label = fitted(printable(curves[curve].label),
                                     style.width - kIndent.size() - 3 - note.size(), style.unicode);
    const std::size_t needed = 2 + display_columns(label) + note.size();
    const bool fits = used + 3 + needed < style.width;
    if (!fits && !out.empty()) out += '\n';
    out += fits ? "   " : kIndent;
    out += fmt::format("{} {}{}", canvas.mark(curve), label, note);
    used = (fits ? used + 3 : kIndent.size()) + needed;
  }
  out += '\n';
  if (curves.size() > kMostCurves) {
    out += fmt::format("{}{} more not drawn\n", kIndent, curves.size() - kMostCurves);
  }
  return out;
}

std::string axis_line(const PercentileAxis& axis, std::size_t columns, bool unicode) {
  std::string line = unicode ? "└" : "+";
  for (std::size_t column = 0; column < columns; ++column) {
    const bool tick = std::ranges::find(axis.ticks, column) != axis.ticks.end();
    if (unicode) {
      line += tick ? "┬" : "─";
    } else {
      line += tick ? '+' : '-';
    }
  }
  return line;
}

}  // namespace

std::string render_percentile_plot(const Chart& chart, const PlotStyle& style) {
  const std::vector<Series>& curves = chart.series;
  const std::string title = printable(chart.y.title) +
                            (chart.y.unit.empty() ? "" : ", " + printable(chart.y.unit)) +
                            " by percentile";
  const std::size_t shown = std::min(curves.size(), kMostCurves);
  const Extent extent = extent_of(curves, shown);
  if (extent.empty) return title + ": no samples to draw\n";

  const ValueAxis axis(extent, style.height);
  const std::vector<std::string> labels = row_labels(extent, axis, style.height);
  const std::string beside = "  " + std::string(labels.front().size(), ' ') + " ";
  // The axis takes a column, and the last one stays empty.
  const std::size_t columns = style.width - beside.size() - 2;
  PlotCanvas canvas(columns, style.height, style);
  for (std::size_t curve = 0; curve < shown; ++curve) {
    draw(curves[curve].points, curve, extent, axis, canvas);
  }
  canvas.set_marks(shown);

  std::string out = title + "\n";
  const char* const plain = style.unicode ? "│" : "|";
  const char* const tick = style.unicode ? "┤" : "+";
  for (std::size_t row = 0; row < style.height; ++row) {
    const bool labelled = labels[row].back() != ' ';
    out += fmt::format("  {} {}{}\n", labels[row], labelled ? tick : plain, canvas.row(row));
  }
  const PercentileAxis percentiles = percentile_axis(extent.inverse_distance_max, columns);
  out += beside + axis_line(percentiles, columns, style.unicode) + "\n";
  out += beside + " " + percentiles.labels + "\n";
  return out + legend(curves, canvas, style);
}

}  // namespace walbench::tools
