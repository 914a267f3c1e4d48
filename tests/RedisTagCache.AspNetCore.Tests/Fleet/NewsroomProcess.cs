using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>The sample as a process of its own.</summary>
internal sealed partial class NewsroomProcess : IAsyncDisposable
{
    private readonly Process _process;

    private NewsroomProcess(Process process, Uri address)
    {
        _process = process;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = address };
    }

    public HttpClient Client { get; }

    public static async Task<NewsroomProcess> StartAsync(string database, string? redis, string? buildNamespace = null, string? @switch = null)
    {
        var dll = Repository.Program("samples", "Newsroom");
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = Repository.Folder("samples", "Newsroom"), RedirectStandardOutput = true };
        foreach (var argument in new[] { dll, "--urls", "http://127.0.0.1:0", "--ConnectionStrings:Newsroom", $"Data Source={database}" })
            start.ArgumentList.Add(argument);
        if (redis is not null)
            start.Environment["ConnectionStrings__Redis"] = redis;
        start.Environment["RedisTagCache__OperationTimeout"] = SharedServers.OperationTimeout.ToString(); // the machine may be busy
        if (buildNamespace is not null)
            start.Environment["RedisTagCache__BuildNamespace"] = buildNamespace;
        if (@switch is not null)
            start.Environment[@switch] = "true";
        var process = Process.Start(start)!;

        // The system gives it a port that nobody else can take before it does.
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
                listening.TrySetException(new InvalidOperationException("The sample ended before it listened."));
            else if (Listening().Match(line.Data) is { Success: true } match)
                listening.TrySetResult(new Uri(match.Groups["address"].Value));
        };
        process.BeginOutputReadLine();
        var newsroom = new NewsroomProcess(process, await listening.Task.WaitAsync(TimeSpan.FromSeconds(60)));
        await Eventually.BecomesTrueAsync(newsroom.IsUpAsync, "the sample answers", TimeSpan.FromSeconds(60));
        return newsroom;
    }

    /// <summary>When the page was rendered, to the millisecond: tells one rendering from another.</summary>
    public async Task<string> StampAsync(string path)
    {
        var stamp = Stamp().Match(await Client.GetStringAsync(path));
        Assert.True(stamp.Success, "The page shows when it was rendered.");
        return stamp.Value;
    }

    /// <summary>The same of a page that is stored. On a busy machine the first lookup of an instance may take too long, and its page is stored nowhere.</summary>
    public Task<string> StoredStampAsync(string path) => PageApp.StoredAsync(() => StampAsync(path));

    /// <summary>When the names in the news were found, to the millisecond, on the front page or in the JSON.</summary>
    public async Task<string> ComputedAsync(string path)
    {
        var stamp = Computed().Match(await Client.GetStringAsync(path));
        Assert.True(stamp.Success, "The answer shows when its list was computed.");
        return stamp.Groups["at"].Value;
    }

    /// <summary>Edits an article as a browser would: the form, its antiforgery token and cookie, and the post.</summary>
    public async Task EditAsync(int id, string title)
    {
        var form = await Client.GetStringAsync($"/editor/{id}");
        var fields = Field().Matches(form).ToDictionary(m => m.Groups["name"].Value, m => WebUtility.HtmlDecode(m.Groups["value"].Value));
        foreach (Match area in Area().Matches(form))
            fields[area.Groups["name"].Value] = WebUtility.HtmlDecode(area.Groups["value"].Value);
        foreach (Match select in Select().Matches(form))
            fields[select.Groups["name"].Value] = select.Groups["value"].Value;
        fields["Form.Title"] = title;
        using var response = await Client.PostAsync($"/editor/{id}", new FormUrlEncodedContent(fields));
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<bool> IsUpAsync()
    {
        Assert.False(_process.HasExited, "The sample goes on running.");
        try
        {
            using var response = await Client.GetAsync("/healthz");
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    [GeneratedRegex("Now listening on: (?<address>http://\\S+)")]
    private static partial Regex Listening();

    [GeneratedRegex("<time datetime=\"[^\"]+\" data-rendered>")]
    private static partial Regex Stamp();

    [GeneratedRegex("\"(?<at>[^\"]+)\"(?: data-computed>|,\"by\":)")]
    private static partial Regex Computed();

    [GeneratedRegex("<input(?=[^>]*\\bname=\"(?<name>[^\"]+)\")(?=[^>]*\\bvalue=\"(?<value>[^\"]*)\")[^>]*>")]
    private static partial Regex Field();

    [GeneratedRegex("<textarea[^>]*\\bname=\"(?<name>[^\"]+)\"[^>]*>(?<value>.*?)</textarea>", RegexOptions.Singleline)]
    private static partial Regex Area();

    [GeneratedRegex("<select[^>]*\\bname=\"(?<name>[^\"]+)\".*?<option(?=[^>]*\\bselected)(?=[^>]*\\bvalue=\"(?<value>[^\"]*)\").*?</select>", RegexOptions.Singleline)]
    private static partial Regex Select();
}
