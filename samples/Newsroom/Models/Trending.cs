using System.ComponentModel;

namespace Newsroom.Models;

/// <summary>The names in the news, and who found them when. Nobody changes it, so all requests of an instance can share one.</summary>
[ImmutableObject(true)]
public sealed record Trending(IReadOnlyList<Trending.Entry> Names, string At, string By, string Took)
{
    public sealed record Entry(string Name, int Articles, int NewestId, string NewestTitle);
}
