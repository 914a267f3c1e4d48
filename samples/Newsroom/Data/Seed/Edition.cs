namespace Newsroom.Data.Seed;

/// <summary>Writes ten days of the newspaper with the same words every time. Only the dates depend on the current day.</summary>
internal static class Edition
{
    private const int ArticleCount = 300;

    /// <summary>A fixed random seed, so that the articles are the same every time. The number is arbitrary.</summary>
    private const int Start = 1871;

    /// <summary>Returns the articles from the oldest to the newest, with their sections and authors.</summary>
    public static List<Article> Write(DateTime now)
    {
        var random = new Random(Start);
        var shared = SeedFiles.ReadSharedWords();
        var desks = SeedFiles.ReadSections().Select((source, i) => new Desk(i + 1, source, shared)).ToArray();

        var times = new List<DateTime>();
        for (var time = now.AddMinutes(-7); times.Count < ArticleCount; time = time.AddMinutes(-random.Next(12, 84))) times.Add(time);
        times.Reverse();

        // Each desk writes one story per round, in a new random order.
        var articles = new List<Article>();
        while (articles.Count < ArticleCount)
        {
            random.Shuffle(desks);
            foreach (var desk in desks) articles.Add(desk.Write(random, times[articles.Count]));
        }

        return articles;
    }
}
