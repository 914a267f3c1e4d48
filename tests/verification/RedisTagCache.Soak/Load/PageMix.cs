namespace RedisTagCache.Soak.Load;

/// <summary>What readers ask for: few articles often and many seldom (the one of rank n as often as 1/n), and lists beside them.</summary>
internal sealed class PageMix
{
    public const int Articles = 300;

    private static readonly string[] _sections = ["business", "city", "culture", "politics", "science", "sport"];
    private readonly double[] _upTo = new double[Articles];

    public PageMix()
    {
        var sum = 0.0;
        for (var rank = 0; rank < Articles; rank++)
            _upTo[rank] = sum += 1.0 / (rank + 1);
    }

    public Page Next() => Random.Shared.Next(100) switch
    {
        < 55 => Page.Of(NextArticle()),
        < 70 => Page.JsonOf(NextArticle()),
        < 85 => NextSection(),
        < 90 => new Page($"/articles/{Random.Shared.Next(1_000_000, 2_000_000)}", IsFound: false),
        < 95 => new Page("/", IsComputed: true),
        _ => new Page("/api/trending", IsComputed: true)
    };

    public int NextArticle()
    {
        var rank = Array.BinarySearch(_upTo, Random.Shared.NextDouble() * _upTo[^1]);
        return 1 + (rank < 0 ? ~rank : rank) * 7919 % Articles; // the popular ones spread over all sections and ages
    }

    private static Page NextSection()
    {
        var slug = _sections[Random.Shared.Next(_sections.Length)];
        return Random.Shared.Next(3) == 0 ? new Page($"/sections/{slug}?page=2") : new Page($"/sections/{slug}");
    }
}
