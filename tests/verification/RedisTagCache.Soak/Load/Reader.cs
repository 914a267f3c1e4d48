using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using RedisTagCache.Soak.Web;

namespace RedisTagCache.Soak.Load;

/// <summary>Asks for one page, and judges the answer.</summary>
internal sealed partial class Reader(Timeline timeline, Tally tally, ConfirmedEdits edits)
{
    /// <summary>A request without an answer by then counts as failed. The sample lets a request wait ten seconds for a page before it renders it itself.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A log line of the web process may come a little after its answer, and later on a busy machine.</summary>
    private static readonly TimeSpan _logPatience = TimeSpan.FromSeconds(10);

    public async Task ReadAsync(WebInstance instance, Page page, bool isAfterEdit = false)
    {
        var expected = page.Article is { } article ? edits.Of(article) : null;
        var wasQuiet = timeline.IsQuiet;
        var began = Stopwatch.GetTimestamp();
        tally.Requests.Add();
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            using var response = await instance.Readers.GetAsync(new Uri(page.Path, UriKind.Relative), patience.Token);
            var body = await response.Content.ReadAsStringAsync(patience.Token);
            (page.IsComputed ? tally.Computed : tally.Pages).Add(Stopwatch.GetElapsedTime(began), wasQuiet && timeline.IsQuiet);
            if (response.StatusCode != (page.IsFound ? HttpStatusCode.OK : HttpStatusCode.NotFound))
            {
                Fail(instance, page, $"status {(int)response.StatusCode}");
                return;
            }

            if (page.IsFound) Count(response);
            if (expected is not null) await CheckAsync(instance, page, expected, body, isAfterEdit);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            if (instance.WasDownSince(began)) tally.Excluded.Add();
            else Fail(instance, page, exception.GetBaseException().Message);
        }
        catch (OperationCanceledException)
        {
            Fail(instance, page, "no answer in time");
        }
    }

    private void Count(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("X-Cache", out var values)) return;
        (values.First() switch { "hit" => tally.Hits, "stale" => tally.Stale, _ => tally.Misses }).Add();
    }

    private async Task CheckAsync(WebInstance instance, Page page, Edit expected, string body, bool isAfterEdit)
    {
        var match = Version().Match(body);
        var shown = match.Success ? int.Parse(match.Groups["version"].Value, CultureInfo.InvariantCulture) : 0;
        if (shown < expected.Version)
        {
            if (await IsWithdrawnAsync(expected)) return;
            tally.Violations.Add();
            tally.Note(string.Create(CultureInfo.InvariantCulture, $"{timeline.Elapsed:hh\\:mm\\:ss} {instance.Name} {page.Path} showed edit {shown} after edit {expected.Version} was confirmed"));
        }

        tally.Checks.Add();
        if (isAfterEdit) tally.ChecksAfterEdit.Add();
    }

    private static async Task<bool> IsWithdrawnAsync(Edit edit)
    {
        for (var since = Stopwatch.GetTimestamp(); !edit.IsWithdrawn && Stopwatch.GetElapsedTime(since) < _logPatience;)
            await Task.Delay(10);
        return edit.IsWithdrawn;
    }

    private void Fail(WebInstance instance, Page page, string why)
    {
        tally.Failed.Add();
        tally.Note($"{timeline.Elapsed:hh\\:mm\\:ss} {instance.Name} {page.Path} failed: {why}");
    }

    [GeneratedRegex("(?:<h1>|\"title\":\")[^<\"]*\\(edit (?<version>\\d+)\\)")]
    private static partial Regex Version();
}
