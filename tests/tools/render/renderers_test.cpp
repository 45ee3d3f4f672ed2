// Silent bugs these tests would catch: columns that a name in another script shifts; a number that
// CSV writes as text; a page that allows more than its own two scripts, or hides what the terminal
// shows; a section that the short form should leave out.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "tests/support/documents.hpp"
#include "tools/render/csv.hpp"
#include "tools/render/html_page.hpp"
#include "tools/render/markdown.hpp"

namespace walbench::tools {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

Picture curves() {
  return {"curves",
          "a caption",
          "a picture",
          {{"one view", [] {
              return Chart{.form = Chart::Form::lines,
                           .x = {"percentile", Axis::Scale::percentile, ""},
                           .y = {"net", Axis::Scale::logarithmic, "ms"},
                           .series = {{.label = "<a>",
                                       .points = {{1, 0.5},
                                                  {10, std::numeric_limits<double>::quiet_NaN()},
                                                  {100, 2.0 / 3}}}}};
            }}}};
}

/// One of everything.
Document example() {
  return {"a title",
          {{"First",
            false,
            {Sentence{"Do this.", Tone::answer}, Sentence{"It is so & so."},
             Code{"SQL", "sql", "SELECT 1;\n\nSELECT '<2>';\n"},
             Table{"Figures",
                   {{"name"}, {"ms"}, {"why", true}},
                   {{{"größe", {}}, {"1.500", 1.5}, {"long words", {}}},
                    {{"名前", {}}, {"12.00", 12}, {"worse", {}, Tone::bad}}}},
             curves()}},
           {"Second", true, {Sentence{"Few need this.", Tone::warning}}}}};
}

TEST(Terminal, AlignsByWhatIsSeenAndShowsDetailsIfAsked) {
  const std::string brief =
      "a title\n\n"
      "First\n"
      "  Do this.\n"
      "  It is so & so.\n\n"
      "  SQL\n"
      "    SELECT 1;\n\n"
      "    SELECT '<2>';\n\n"
      "  Figures\n"
      "  name      ms  why\n"
      "  größe  1.500  long words\n"
      "  名前   12.00  worse\n";
  EXPECT_EQ(terminal_text(example(), false), brief);
  EXPECT_EQ(terminal_text(example(), true), brief + "\nSecond\n  Few need this.\n");
}

TEST(Terminal, LeavesOutTablesAndCodeThatAreDetails) {
  Document document = example();
  std::get<Code>(document.sections[0].blocks[2]).details = true;
  std::get<Table>(document.sections[0].blocks[3]).details = true;
  const std::string brief = terminal_text(document, false);
  EXPECT_THAT(brief, Not(HasSubstr("SELECT")));
  EXPECT_THAT(brief, Not(HasSubstr("Figures")));
  EXPECT_THAT(terminal_text(document, true), HasSubstr("SELECT"));
}

TEST(Terminal, CodeKeepsItsIndentationAndNoOtherControlCharacter) {
  Document document = example();
  document.sections[0].blocks = {Code{"Go", "go", "func f() {\n\t\treturn\x1b\t1\n}\n"}};
  EXPECT_THAT(terminal_text(document),
              HasSubstr("    func f() {\n    \t\treturn\\x1b\\x091\n    }\n"));
}

TEST(Terminal, DrawsCurvesOnlyWithAPlotStyle) {
  std::string text;
  render_terminal(example(), {.details = false, .plot = PlotStyle{.width = 60, .height = 5}},
                  [&text](std::string_view part) { text += part; });
  EXPECT_THAT(text, HasSubstr("net, ms by percentile\n"));
  EXPECT_THAT(text, HasSubstr("* <a>\n"));
}

TEST(Terminal, ABarHasAnEndAndWhatIsRareHasAMark) {
  const Picture picture{"bars", "", "", {{"", [] {
                                            return Chart{
                                                .form = Chart::Form::stacked,
                                                .x = {"share", Axis::Scale::linear, "%"},
                                                .y = {},
                                                .names = {"a", "bb"},
                                                .series = {{"x", {{0, 1e300}, {1, 0.001}}, "s"},
                                                           {"y", {{0, 0}, {1, 50}}, "t"}}};
                                          }}}};
  EXPECT_EQ(terminal_text(Section{"S", false, {picture}}),
            "title\n\nS\n  share: s # t .\n  a   [" + std::string(50, '#') + "]\n  bb  [#" +
                std::string(25, '.') + "]\n");
}

TEST(Terminal, DisplayColumnsAreThoseOfCharacters) {
  EXPECT_EQ(display_columns("abc"), 3U);
  EXPECT_EQ(display_columns("größe"), 5U);
  EXPECT_EQ(display_columns("名前"), 4U);
  EXPECT_EQ(display_columns("e\xcc\x81"), 1U) << "an accent that combines";
  EXPECT_EQ(display_columns("\xf0\x9f\x98\x80"), 2U);
}

TEST(Markdown, HasHeadingsSentencesCodeAndTables) {
  EXPECT_EQ(render_markdown(example()),
            "# a title\n\n## First\n\n**Do this.**\n\nIt is so \\& so.\n\n"
            "SQL:\n\n```sql\nSELECT 1;\n\nSELECT '<2>';\n```\n\n"
            "**Figures**\n\n| name | ms | why |\n| :-- | --: | :-- |\n"
            "| größe | 1.500 | long words |\n| 名前 | 12.00 | worse |\n\n"
            "## Second\n\nFew need this.\n\n");
}

TEST(Markdown, EscapesWhatWouldAct) {
  EXPECT_EQ(markdown_text("a|b*c[d](e)<f>`g`"), "a\\|b\\*c\\[d\\](e)\\<f\\>\\`g\\`");
  EXPECT_EQ(markdown_text("two\nlines"), "two\\\\x0alines");
  EXPECT_EQ(markdown_text("@all a@b.c a @ b"), "<span>@</span>all a<span>@</span>b.c a @ b");
  EXPECT_EQ(markdown_text("https://x www.y awww.z"),
            "https<span>:</span>//x www<span>.</span>y awww.z");
  EXPECT_EQ(markdown_text("__x__ _y_ fsm_net"), "\\_\\_x\\_\\_ \\_y\\_ fsm_net");
  EXPECT_EQ(markdown_text("$x$ #12 # 1"), "<span>$</span>x<span>$</span> <span>#</span>12 # 1");
}

TEST(Csv, WritesNumbersWithoutTheirUnitsAndWordsAsTheyAre) {
  Table table{"t",
              {{"name"}, {"ms"}, {"a,b"}},
              {{{"x,y", {}}, {"0.333 ms", 1.0 / 3}, {"=1+1", {}}},
               {{"", {}}, {"4,000,000,000,000", 4e12}, {"", {}}}}};
  std::string text;
  write_csv(table, [&text](std::string_view part) { text += part; });
  EXPECT_EQ(text, "name,ms,\"a,b\"\n\"x,y\",0.333333333,'=1+1\n,4000000000000,\n");
}

TEST(Csv, FieldsAreQuotedIfTheyMustBeAndNeverAFormula) {
  EXPECT_EQ(csv_field("plain"), "plain");
  EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_field("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(csv_field("two\nlines"), "two\\x0alines");
}

TEST(Page, HoldsSectionsPicturesTablesAndTheirData) {
  const std::string html = render_html(example(), "0.1.0");
  for (const char* const part :
       {"<title>a title</title>", "<meta name=\"generator\" content=\"walbench 0.1.0\">",
        "<section class=\"first\" id=\"s1\"><h2>First</h2>\n<p class=\"answer\">Do this.</p>\n"
        "<p>It is so &amp; so.</p>",
        "<h3>SQL</h3><pre class=\"code\"><code>SELECT 1;\n\nSELECT &#39;&lt;2&gt;&#39;;\n",
        "<tr><th scope=\"row\">größe</th><td data-v=\"1.5\">1.500</td>"
        "<td class=\"words\">long words</td></tr>",
        "<figure data-kind=\"curves\" data-index=\"0\">", "<figcaption>a caption</figcaption>",
        "<details class=\"section\" id=\"s2\"><summary><h2>Second</h2></summary>\n"
        "<p class=\"warning\">Few need this.</p>\n</details>",
        "\"label\":\"\\u003ca>\",\"points\":[[1.0,0.5],[10.0,null],[100.0,0.66667]]",
        "Permission is hereby granted"}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
}

TEST(Page, RunsItsOwnScriptsAloneAndLoadsNothing) {
  const std::string html = render_html(example(), "0.1.0");
  EXPECT_THAT(html, ContainsRegex("default-src 'none'; script-src 'sha256-[A-Za-z0-9+/]{43}=' "
                                  "'sha256-[A-Za-z0-9+/]{43}='; style-src 'sha256-"));
  const std::string markup = html.substr(0, html.find("<script"));
  EXPECT_THAT(markup, Not(HasSubstr("src=")));
  EXPECT_THAT(markup, Not(ContainsRegex("href=\"[^#]")));
}

TEST(Page, EscapesWhatWouldAct) {
  EXPECT_EQ(html_text("a<b>&\"'c"), "a&lt;b&gt;&amp;&quot;&#39;c");
  EXPECT_EQ(html_text("\x1b[31m"), "\\x1b[31m");
  EXPECT_EQ(html_text("µs"), "µs");
}

}  // namespace
}  // namespace walbench::tools
