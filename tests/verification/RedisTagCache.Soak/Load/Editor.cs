using System.Net;
using RedisTagCache.Soak.Web;

namespace RedisTagCache.Soak.Load;

/// <summary>
/// Changes articles, one at a time, on the instances in turn, and then looks at the article on all of them. When the sample could not confirm
/// the eviction it answers 500; or it only logs so, and the edit is withdrawn. The article is then held to the last confirmed edit, or to none.
/// </summary>
internal sealed class Editor
{
    private readonly IReadOnlyList<WebInstance> _instances;
    private readonly PageMix _mix;
    private readonly Reader _reader;
    private readonly Timeline _timeline;
    private readonly Tally _tally;
    private readonly ConfirmedEdits _edits;
    private readonly double _rate;
    private Edit _latest = new(0);
    private Edit _previous = new(0);

    public Editor(IReadOnlyList<WebInstance> instances, PageMix mix, Reader reader, Timeline timeline, Tally tally, ConfirmedEdits edits, double rate)
    {
        (_instances, _mix, _reader, _timeline, _tally, _edits, _rate) = (instances, mix, reader, timeline, tally, edits, rate);
        foreach (var instance in instances)
            instance.Log.EvictionFailed += Withdraw;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        for (var turn = 0; !stop.IsCancellationRequested; turn++)
        {
            // As of many editors who know nothing of each other: now two at once, now none for a while.
            await Task.Delay(TimeSpan.FromSeconds(-Math.Log(1 - Random.Shared.NextDouble()) / _rate), CancellationToken.None);
            var instance = _instances[turn % _instances.Count];
            if (!instance.IsDown) await EditAsync(instance, _mix.NextArticle());
        }
    }

    private async Task EditAsync(WebInstance instance, int article)
    {
        var wasQuiet = _timeline.IsQuiet;
        (_previous, _latest) = (_latest, new Edit(_latest.Version + 1));
        var edit = _latest;
        if (!await TrySaveAsync(instance, article, edit))
        {
            _tally.EditsUnconfirmed.Add();
            if (wasQuiet && _timeline.IsQuiet) _tally.EditsUnconfirmedInQuiet.Add();
            return;
        }

        _tally.EditsConfirmed.Add();
        _edits.Confirm(article, edit);
        await Task.WhenAll(_instances.Where(i => !i.IsDown).SelectMany(i => new[] { Page.Of(article), Page.JsonOf(article) }.Select(p => _reader.ReadAsync(i, p, isAfterEdit: true))));
    }

    private async Task<bool> TrySaveAsync(WebInstance instance, int article, Edit edit)
    {
        try
        {
            var form = EditForm.Parse(await instance.Editor.GetStringAsync(new Uri($"/editor/{article}", UriKind.Relative)));
            form["Form.Title"] = $"Headline of article {article} (edit {edit.Version})";
            using var content = new FormUrlEncodedContent(form);
            using var response = await instance.Editor.PostAsync(new Uri($"/editor/{article}", UriKind.Relative), content);
            return response.StatusCode == HttpStatusCode.Redirect;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            _edits.Forget(article);
            return false;
        }
    }

    /// <summary>The line may belong to the edit that has just ended or to the one under way; to withdraw one too many does no harm.</summary>
    private void Withdraw()
    {
        foreach (var edit in new[] { _latest, _previous })
        {
            if (edit.IsWithdrawn) continue;
            edit.Withdraw();
            _tally.EditsWithdrawn.Add();
        }
    }
}
