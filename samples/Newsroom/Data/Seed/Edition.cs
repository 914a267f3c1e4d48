namespace Newsroom.Data.Seed;

/// <summary>Ten days of the paper, the same words every time: only the dates depend on the day it is written.</summary>
internal static class Edition
{
    private const int ArticleCount = 300;

    /// <summary>A fixed start keeps the draws the same; any number would do.</summary>
    private const int Start = 1871;

    /// <summary>Articles from the oldest to the newest, with their sections and authors.</summary>
    public static List<Article> Write(DateTime now)
    {
        var random = new Random(Start);
        var shared = SeedFiles.ReadSharedWords();
        var desks = SeedFiles.ReadSections().Select((source, i) => new Desk(i + 1, source, shared)).ToArray();

        var times = new List<DateTime>();
        for (var time = now.AddMinutes(-7); times.Count < ArticleCount; time = time.AddMinutes(-random.Next(12, 84))) times.Add(time);
        times.Reverse();

        // Every desk has its turn before any has its next, in an order that changes.
        var articles = new List<Article>();
        while (articles.Count < ArticleCount)
        {
            random.Shuffle(desks);
            foreach (var desk in desks) articles.Add(desk.Write(random, times[articles.Count]));
        }

        return articles;
    }
}
