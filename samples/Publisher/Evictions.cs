using RedisTagCache;

namespace Publisher;

/// <summary>Evicts what it is told, and says whether Redis has confirmed it.</summary>
internal sealed class Evictions(ITagCacheStore store, TextWriter output, TextWriter errors)
{
    private const int Done = 0;
    private const int NotConfirmed = 1;

    /// <summary>All tags in one call: one script for each partition.</summary>
    public async Task<int> OfAsync(IReadOnlyCollection<string> tags)
    {
        try
        {
            await store.EvictByTagAsync(tags);
            await output.WriteLineAsync("Evicted: " + string.Join(", ", tags));
            return Done;
        }
        catch (RedisTagCacheUnavailableException e)
        {
            // As long as this process lives, the cache repeats the eviction by itself. One that ends must tell its caller to come again.
            await errors.WriteLineAsync($"Not confirmed: {string.Join(", ", tags)}. {e.Message}");
            return NotConfirmed;
        }
        catch (ArgumentException e)
        {
            await errors.WriteLineAsync("No such tag can be: " + e.Message);
            return NotConfirmed;
        }
    }

    /// <summary>Each line as it comes, with tags between blanks, until there are no more.</summary>
    public async Task<int> OfLinesAsync(TextReader lines)
    {
        var worst = Done;
        while (await lines.ReadLineAsync() is { } line)
        {
            var tags = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (tags.Length > 0)
                worst = Math.Max(worst, await OfAsync(tags));
        }

        return worst;
    }
}
