using RedisTagCache;

namespace Publisher;

/// <summary>Evicts tags, and reports whether Redis confirmed the evictions.</summary>
internal sealed class Evictions(ITagCacheStore store, TextWriter output, TextWriter errors)
{
    private const int Done = 0;
    private const int NotConfirmed = 1;

    /// <summary>Evicts all tags in one call, with one script for each partition.</summary>
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
            // The cache retries the eviction while this process runs. A process that ends must tell its caller to try again.
            await errors.WriteLineAsync($"Not confirmed: {string.Join(", ", tags)}. {e.Message}");
            return NotConfirmed;
        }
        catch (ArgumentException e)
        {
            await errors.WriteLineAsync("No such tag can be: " + e.Message);
            return NotConfirmed;
        }
    }

    /// <summary>Evicts the tags of each line, separated by spaces, until the input ends.</summary>
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
