import java.io.File;
import java.io.FileOutputStream;
import java.io.PrintStream;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.HdrHistogram.HistogramLogWriter;

/**
 * Writes, with the reference library, files that our tests read; and reads with it an interval log
 * that our tests wrote, if one is named.
 *
 * <p>java -cp hdrhistogram.jar WriteFixtures.java FOLDER [LOG]
 */
public class WriteFixtures {
  /** 1,000 values: 1 ms, 2 ms, ..., 1,000 ms, in nanoseconds. */
  private static Histogram ramp(long scale) {
    Histogram histogram = new Histogram(3_600_000_000_000L, 3);
    for (long value = 1; value <= 1000; ++value) {
      histogram.recordValue(value * scale);
    }
    return histogram;
  }

  private static PrintStream open(String folder, String name) throws Exception {
    return new PrintStream(new FileOutputStream(new File(folder, name)), false, "UTF-8");
  }

  private static void writeDistributions(String folder) throws Exception {
    try (PrintStream out = open(folder, "java.hgrm")) {
      ramp(1_000_000).outputPercentileDistribution(out, 5, 1e6, false);
    }
    try (PrintStream out = open(folder, "java.csv.hgrm")) {
      ramp(1_000_000).outputPercentileDistribution(out, 5, 1e6, true);
    }
  }

  /** One interval of a ramp a second, with a tag every other one. */
  private static void writeLog(String folder, String name, long scale, boolean absolute,
      boolean tags, String comment) throws Exception {
    final long start = 1_700_000_000_000L;
    try (PrintStream out = open(folder, name)) {
      HistogramLogWriter writer = new HistogramLogWriter(out);
      if (comment != null) {
        writer.outputComment(comment);
      }
      writer.outputLogFormatVersion();
      if (!absolute) {
        writer.setBaseTime(start);
      }
      writer.outputStartTime(start);
      writer.outputLegend();
      for (int interval = 0; interval < 4; ++interval) {
        Histogram histogram = ramp(scale);
        histogram.setStartTimeStamp(start + 1000L * interval);
        histogram.setEndTimeStamp(start + 1000L * (interval + 1));
        if (tags && interval % 2 == 1) {
          histogram.setTag("odd");
        }
        writer.outputIntervalHistogram(histogram);
      }
    }
  }

  /** Prints what the reference reads: `tag count max` a line. */
  private static void printLog(String path) throws Exception {
    HistogramLogReader reader = new HistogramLogReader(new File(path));
    while (true) {
      Histogram histogram = (Histogram) reader.nextIntervalHistogram();
      if (histogram == null) {
        return;
      }
      System.out.println(histogram.getTag() + " " + histogram.getTotalCount() + " "
          + histogram.getMaxValue() + " " + histogram.getStartTimeStamp());
    }
  }

  public static void main(String[] arguments) throws Exception {
    String folder = arguments[0];
    writeDistributions(folder);
    writeLog(folder, "relative.hlog", 1_000_000, false, true, null);
    writeLog(folder, "absolute.hlog", 1_000_000, true, false, "[Logged by a test]");
    writeLog(folder, "READ.hdr", 1000, false, false, "[Logging for: READ]");
    if (arguments.length > 1) {
      printLog(arguments[1]);
    }
  }
}
