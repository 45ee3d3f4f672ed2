// Silent bugs these tests would catch: a curve beside the percentiles or the values that its axes
// name; the maximum cut off; curves that cannot be told apart; a zero that takes the whole plot
// with it; a line wider than the terminal; text from a file that steers it.

#include "tools/render/percentile_plot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace walbench::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr PlotStyle kSmall = {.unicode = false, .colour = false, .width = 40, .height = 7};

std::string render_percentile_plot(const std::string& title, const std::vector<Series>& curves,
                                   const PlotStyle& style) {
  return tools::render_percentile_plot({.form = Chart::Form::lines,
                                        .x = {"", Axis::Scale::percentile, ""},
                                        .y = {title, Axis::Scale::logarithmic, ""},
                                        .series = curves},
                                       style);
}

Series straight_line(const std::string& label, double from, double to) {
  return {label, {{1, from}, {1000, to}}};
}

/// In characters, not bytes.
std::size_t length_of(const std::string& line) {
  return static_cast<std::size_t>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    widest = std::max(widest, length_of(line));
  }
  return widest;
}

TEST(PercentilePlot, ALineOnBothLogarithmicScalesIsStraight) {
  EXPECT_EQ(render_percentile_plot("ms", {straight_line("c=1", 0.1, 100)}, kSmall),
            "ms by percentile\n"
            "  100 +                             ***\n"
            "      |                        *****\n"
            "   10 +                   *****\n"
            "      |             ******\n"
            "    1 +        *****\n"
            "      |   *****\n"
            "  0.1 +***\n"
            "      ++---------+----------+---------+\n"
            "       0 %     90 %       99 %   99.9 %\n"
            "  * c=1\n");
}

TEST(PercentilePlot, CurvesShareTheCharactersWhereTheyMeet) {
  const Series flat{"flat", {{1, 1}, {100, 1}}};
  const Series jump{"jump", {{1, 1}, {10, 1}, {10, 10}, {100, 10}}};
  EXPECT_EQ(render_percentile_plot("ms", {flat, jump}, {.width = 40, .height = 4}),
            "ms by percentile\n"
            "  10 +                +++++++++++++++++\n"
            "     |                +\n"
            "     |                +\n"
            "   1 +*+*+*+*+*+*+*+*+*****************\n"
            "     ++---------------+---------------+\n"
            "      0 %           90 %           99 %\n"
            "  * flat   + jump\n");
}

TEST(PercentilePlot, OneSampleIsAPoint) {
  EXPECT_EQ(render_percentile_plot("ms", {Series{"once", {{1, 1}}}}, {.width = 40, .height = 5}),
            "ms by percentile\n"
            "    2 +\n"
            "      |\n"
            "    1 +*\n"
            "      |\n"
            "  0.5 +\n"
            "      ++--------+---------------------+\n"
            "       0 %    50 %                 90 %\n"
            "  * once\n");
}

TEST(PercentilePlot, ZerosLieOnALineOfTheirOwn) {
  const Series curve{"waits", {{1, 0}, {10, 0}, {10, 0.01}, {1000, 1}}};
  EXPECT_EQ(render_percentile_plot("ms", {curve}, {.width = 40, .height = 6}),
            "ms by percentile\n"
            "     1 +                            ***\n"
            "       |                       *****\n"
            "   0.1 +                  *****\n"
            "       |             *****\n"
            "  0.01 +          ***\n"
            "     0 +***********\n"
            "       ++---------+---------+---------+\n"
            "        0 %     90 %      99 %   99.9 %\n"
            "  * waits\n");
}

TEST(PercentilePlot, NothingButZerosIsALine) {
  EXPECT_EQ(
      render_percentile_plot("ms", {{"waits", {{1, 0}, {10, 0}}}}, {.width = 40, .height = 4}),
      "ms by percentile\n"
      "    |\n"
      "    |\n"
      "    |\n"
      "  0 +**********************************\n"
      "    ++---------+----------------------+\n"
      "     0 %     50 %                  90 %\n"
      "  * waits\n");
}

TEST(PercentilePlot, WithoutSamplesThereIsASentence) {
  EXPECT_EQ(render_percentile_plot("ms", {}, kSmall), "ms by percentile: no samples to draw\n");
  EXPECT_EQ(render_percentile_plot("ms", {Series{"none"}}, kSmall),
            "ms by percentile: no samples to draw\n");
}

TEST(PercentilePlot, AnEmptyCurveBesideOthersIsNamed) {
  const std::string text =
      render_percentile_plot("ms", {Series{"none"}, straight_line("some", 1, 10)}, kSmall);
  EXPECT_TRUE(text.ends_with("\n  * none (no samples)   + some\n")) << text;
}

TEST(PercentilePlot, UnicodeCurvesAreFineAndCarryTheirMarks) {
  const std::string text =
      render_percentile_plot("ms", {straight_line("low", 0.1, 1), straight_line("high", 1, 100)},
                             {.unicode = true, .width = 40, .height = 4});
  EXPECT_EQ(text,
            "ms by percentile\n"
            "  100 ┤                    ⢀▲⣀⣀⠤⠤⠤⠒⠒⠒⠉▲\n"
            "      │        ⣀▲⣀⡠⠤⠤⠔⠒⠒⠊⠉⠉⠁\n"
            "    1 ┤⠤⠤⠒⠒⠒⠉⠉⠉              ⢀⣀⣀⣀⣀●⡠⠤⠤●\n"
            "      │⣀⣀⣀●⠤⠤⠤⠤⠤⠔⠒⠒⠒⠒⠒●⠉⠉⠉⠉⠉⠉⠁\n"
            "      └┬─────────┬──────────┬─────────┬\n"
            "       0 %     90 %       99 %   99.9 %\n"
            "  ● low   ▲ high\n");
}

TEST(PercentilePlot, ColourIsOnlyAddedToWhatIsThereWithoutIt) {
  const std::vector<Series> curves = {straight_line("low", 0.1, 1), straight_line("high", 1, 9)};
  for (const bool unicode : {false, true}) {
    const PlotStyle plain{.unicode = unicode, .colour = false, .width = 60, .height = 8};
    PlotStyle coloured = plain;
    coloured.colour = true;
    std::string text = render_percentile_plot("ms", curves, coloured);
    EXPECT_THAT(text, HasSubstr("\x1b[36m"));
    EXPECT_THAT(text, HasSubstr("\x1b[33m"));
    for (const std::string code : {"\x1b[36m", "\x1b[33m", "\x1b[0m"}) {
      for (std::size_t at = text.find(code); at != std::string::npos; at = text.find(code, at)) {
        text.erase(at, code.size());
      }
    }
    EXPECT_EQ(text, render_percentile_plot("ms", curves, plain));
  }
}

TEST(PercentilePlot, EveryLineEndsInPlainColour) {
  std::istringstream text(
      render_percentile_plot("ms", {straight_line("x", 1, 9)}, {.unicode = true, .colour = true}));
  for (std::string line; std::getline(text, line);) {
    const std::size_t last = line.rfind('\x1b');
    if (last == std::string::npos) continue;
    EXPECT_EQ(line.substr(last, 4), "\x1b[0m") << line;
  }
}

TEST(PercentilePlot, NoLineFillsItsTerminal) {
  std::vector<Series> curves;
  for (int index = 0; index < 8; ++index) {
    curves.push_back(straight_line("c=10 zero strategy-" + std::to_string(index), 1e-6, 3.6e6));
  }
  curves.push_back(straight_line(std::string(300, 'x'), 1, 2));
  for (const bool unicode : {false, true}) {
    for (const std::size_t width : {40U, 41U, 80U, 200U}) {
      const std::string text =
          render_percentile_plot("ms", curves, {.unicode = unicode, .width = width});
      EXPECT_LT(widest_line(text), width) << text;
      EXPECT_GT(widest_line(text), width - 4) << text;
    }
  }
}

TEST(PercentilePlot, MoreCurvesThanMarksAreCounted) {
  std::vector<Series> curves;
  for (std::size_t index = 0; index < kMostCurves + 2; ++index) {
    curves.push_back(straight_line("curve" + std::to_string(index), 1, 10));
  }
  const std::string text = render_percentile_plot("ms", curves, kSmall);
  EXPECT_THAT(text, HasSubstr("$ curve9"));
  EXPECT_THAT(text, Not(HasSubstr("curve10")));
  EXPECT_TRUE(text.ends_with("\n  2 more not drawn\n")) << text;
}

TEST(PercentilePlot, NoStringSteersTheTerminal) {
  for (const bool unicode : {false, true}) {
    const std::string text =
        render_percentile_plot("\x1b[31m", {straight_line("\x1b]0;owned\x07\n\xff\xc2\x9b", 1, 9)},
                               {.unicode = unicode, .width = 80});
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, Not(HasSubstr("\xc2\x9b")));
    EXPECT_THAT(text, HasSubstr("\\x1b]0;owned\\x07\\x0a\\xff\\u{009b}\n"));
    EXPECT_TRUE(text.starts_with("\\x1b[31m by percentile\n")) << text;
  }
}

TEST(PercentilePlot, LongLabelsAreCutBetweenCharacters) {
  std::string label;
  for (int count = 0; count < 60; ++count) {
    label += "ü";
  }
  const std::string text =
      render_percentile_plot("ms", {straight_line(label, 1, 9)}, {.unicode = true, .width = 40});
  EXPECT_THAT(text, HasSubstr("\xc3\xbc...\n"));
  const std::string ascii = render_percentile_plot("ms", {straight_line("für", 1, 9)}, kSmall);
  EXPECT_THAT(ascii, HasSubstr("* f?r\n"));
}

TEST(PercentilePlot, AbsurdPointsDoNoHarm) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const Series absurd{
      "absurd",
      {{kNan, 1}, {0.5, 1}, {-1, 1}, {kInfinity, 1}, {10, kNan}, {10, kInfinity}, {10, 1.7e308}}};
  EXPECT_EQ(render_percentile_plot("ms", {absurd}, kSmall),
            "ms by percentile: no samples to draw\n");
  const Series wide{"wide", {{1, -1}, {2, 5e-324}, {3, 1e-299}, {1e18, 1e299}}};
  const std::string text = render_percentile_plot("ms", {wide}, {.width = 60});
  EXPECT_LT(widest_line(text), 60U) << text;
  EXPECT_THAT(text, HasSubstr("  0 +")) << "of what is less than any round number";
}

}  // namespace
}  // namespace walbench::tools
