using System.ComponentModel;

namespace Newsroom.Models;

/// <summary>Contains the names in the news, with the time and the instance of their computation. It is immutable, so all requests of an instance can share one object.</summary>
[ImmutableObject(true)]
public sealed record Trending(IReadOnlyList<Trending.Entry> Names, string At, string By, string Took)
{
    public sealed record Entry(string Name, int Articles, int NewestId, string NewestTitle);
}
