// Silent bugs these tests would catch: characters that the terminal cannot show, or escape
// sequences in a file or against the wish of NO_COLOR; a plot wider than its terminal.

#include "tools/render/plot_style.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace walbench::tools {
namespace {

using Variables = std::map<std::string, std::string>;

PlotStyle style_for(const Variables& variables, bool terminal = true, std::size_t columns = 0) {
  return plot_style_for({.variable =
                             [&](const char* name) {
                               const auto found = variables.find(name);
                               return found == variables.end() ? std::string() : found->second;
                             },
                         .terminal = terminal,
                         .columns = columns});
}

TEST(PlotStyle, UnicodeIsForUtf8Locales) {
  for (const char* const locale : {"en_US.UTF-8", "C.utf8", "de_DE.utf-8", "UTF-8"}) {
    EXPECT_TRUE(style_for({{"LANG", locale}}).unicode) << locale;
  }
  for (const char* const locale : {"C", "POSIX", "de_DE", "de_DE.ISO-8859-1"}) {
    EXPECT_FALSE(style_for({{"LANG", locale}}).unicode) << locale;
  }
  EXPECT_FALSE(style_for({}).unicode) << "no locale is the locale C";
}

TEST(PlotStyle, TheFirstLocaleThatIsSetDecides) {
  EXPECT_FALSE(style_for({{"LC_ALL", "C"}, {"LC_CTYPE", "C.UTF-8"}, {"LANG", "C.UTF-8"}}).unicode);
  EXPECT_TRUE(style_for({{"LC_ALL", ""}, {"LC_CTYPE", "C.UTF-8"}, {"LANG", "C"}}).unicode);
  EXPECT_FALSE(style_for({{"LC_CTYPE", "C"}, {"LANG", "C.UTF-8"}}).unicode);
}

TEST(PlotStyle, ColourIsForTerminalsAlone) {
  EXPECT_TRUE(style_for({}, true).colour);
  EXPECT_FALSE(style_for({}, false).colour);
}

TEST(PlotStyle, NoColorTurnsColourOffUnlessItIsEmpty) {
  EXPECT_FALSE(style_for({{"NO_COLOR", "1"}}).colour);
  EXPECT_FALSE(style_for({{"NO_COLOR", "0"}}).colour);
  EXPECT_TRUE(style_for({{"NO_COLOR", ""}}).colour);
}

TEST(PlotStyle, ADumbTerminalGetsNeither) {
  const PlotStyle style = style_for({{"TERM", "dumb"}, {"LC_ALL", "C.UTF-8"}});
  EXPECT_FALSE(style.unicode);
  EXPECT_FALSE(style.colour);
}

TEST(PlotStyle, WidthIsTheTerminalsThenColumnsThenEighty) {
  EXPECT_EQ(style_for({{"COLUMNS", "120"}}, true, 100).width, 100U);
  EXPECT_EQ(style_for({{"COLUMNS", "120"}}).width, 120U);
  EXPECT_EQ(style_for({}).width, 80U);
  for (const char* const nonsense : {"", "wide", "-120", "120x", " 120", "99999999999999999999"}) {
    EXPECT_EQ(style_for({{"COLUMNS", nonsense}}).width, 80U) << nonsense;
  }
}

TEST(PlotStyle, WidthStaysWithinBounds) {
  EXPECT_EQ(style_for({}, true, 10).width, 40U);
  EXPECT_EQ(style_for({}, true, 1000).width, 200U);
  EXPECT_EQ(style_for({{"COLUMNS", "1"}}).width, 40U);
}

}  // namespace
}  // namespace walbench::tools
